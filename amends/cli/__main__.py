"""``python -m amends.cli`` is ``amends``."""

from amends.cli import main

if __name__ == "__main__":
    main()
