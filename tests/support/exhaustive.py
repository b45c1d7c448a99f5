"""Searches a machine completely, breadth first: what goes wrong is found by its shortest way."""

import sys
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True)
class Move(Generic[S]):
    """One thing that may happen next. ``wrong`` says which promise it breaks, if it breaks one."""

    said: str
    to: S
    wrong: str = ""


@dataclass
class Explored(Generic[S]):
    """What was reached. ``way`` is the shortest to ``wrong``; both are empty where all is well."""

    onward: dict[S, tuple[S, ...]] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    wrong: str = ""
    way: tuple[str, ...] = ()

    @property
    def states(self) -> int:
        """How many states were reached."""
        return len(self.onward)

    @property
    def transitions(self) -> int:
        """How many moves were tried."""
        return sum(self.said.values())

    def __str__(self) -> str:
        counted = f"{self.states} states, {self.transitions} transitions"
        steps = [f"{number}. {said}" for number, said in enumerate(self.way, 1)]
        return "\n".join([counted, *([f"WRONG: {self.wrong}"] if self.wrong else []), *steps])

    def without_exit(self, is_end: Callable[[S], bool]) -> list[S]:
        """The states from which no end can be reached."""
        back: dict[S, list[S]] = {}
        for state, nexts in self.onward.items():
            for to in nexts:
                back.setdefault(to, []).append(state)
        reached = {state for state in self.onward if is_end(state)}
        todo = deque(reached)
        while todo:
            for before in back.get(todo.popleft(), ()):
                if before not in reached:
                    reached.add(before)
                    todo.append(before)
        return [state for state in self.onward if state not in reached]


def explore(starts: Iterable[S], moves: Callable[[S], Iterable[Move[S]]]) -> Explored[S]:
    """Every state that can be reached, until one move is wrong."""
    found: Explored[S] = Explored()
    came: dict[S, tuple[S | None, str]] = dict.fromkeys(starts, (None, ""))
    todo = deque(came)
    while todo:
        state = todo.popleft()
        nexts = list(moves(state))
        found.said.update(move.said for move in nexts)
        found.onward[state] = tuple(move.to for move in nexts)
        for move in nexts:
            if move.wrong:
                found.wrong, found.way = move.wrong, (*_way(came, state), move.said)
                return found
            if move.to not in came:
                came[move.to] = (state, move.said)
                todo.append(move.to)
    return found


def show(name: str, found: Explored[S]) -> None:
    """What was counted and what was found, in the output of the test."""
    sys.stdout.write(f"{name}: {found}\n")


def _way(came: dict[S, tuple[S | None, str]], state: S) -> tuple[str, ...]:
    said = []
    at: S | None = state
    while at is not None:
        at, word = came[at]
        said.append(word)
    return tuple(reversed([word for word in said if word]))
