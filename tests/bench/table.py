"""Tables in Markdown, and the medians that go into them."""

import re
import statistics


class Table:
    def __init__(self, title, *heads, note=""):
        self.title, self.heads, self.note, self.rows = title, heads, note, []

    def row(self, *cells):
        self.rows.append([str(c) for c in cells])

    def __str__(self):
        lines = [self.heads, *self.rows]
        widths = [max(len(line[i]) for line in lines)
                  for i in range(len(self.heads))]

        figures = [all(re.fullmatch(r"[\d.,]*", row[i]) for row in self.rows)
                   for i in range(len(self.heads))]

        def draw(line):
            return "| " + " | ".join(
                cell.rjust(w) if right else cell.ljust(w)
                for cell, w, right in zip(line, widths, figures)) + " |"

        rule = "|" + "|".join("-" * (w + 1) + (":" if right else "-")
                              for w, right in zip(widths, figures)) + "|"
        note = f"\n{self.note}\n" if self.note else ""
        return "\n".join([f"## {self.title}", note, draw(self.heads), rule,
                          *map(draw, self.rows)])


def per_second(rate):
    return f"{rate:,.0f}"


def milliseconds(us):
    return f"{us / 1000:.1f}"


def in_turns(rounds, *asks):
    """What ROUNDS of ASKS answered, a list each. They follow one another
    closely, in another order each time, so that what else the machine does
    hits all alike."""
    answers = [[] for _ in asks]
    for i in range(rounds):
        order = list(range(len(asks)))
        order = order[i % len(asks):] + order[:i % len(asks)]
        for n in order if i % 2 == 0 else reversed(order):
            answers[n].append(asks[n]())
    return answers


def median_ratio(ours, theirs):
    """Of each round's ratio."""
    return statistics.median(a / b for a, b in zip(ours, theirs))
