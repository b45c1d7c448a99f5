"""The department of the tests, as its amends.toml says it; a test writes under it what it needs."""

ORGANISATION = """
[organisation]
name = "Department for Examples"
duty_officer = "+44 20 7946 0000"
dtu = "dtu@dept.example"
hr = "hr@dept.example"
"""


def person(email: str, name: str, **keys: object) -> str:
    """Somebody of the register; each of ``keys`` is a line of the file."""
    lines = [f'email = "{email}"', f'name = "{name}"']
    lines += [f"{key} = {_in_toml(value)}" for key, value in keys.items()]
    return "\n".join(["", "[[people]]", *lines, ""])


def _in_toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
