"""A statement of Payme from a file: it has no interface that hands one out, so an operator saves it from the cabinet.

The file is CSV with a header; of its columns `id` (Payme's transaction), `order_id` (the payment's number), `amount` (tiyin) and `state`
(2 or -2, or a state of ours) are read, whatever others there are.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from bilim.payme import rules
from bilim.payments.protocols import StatementLine

_STATES = {str(number): state for state, number in rules.STATES.items()} | {state: state for state in rules.STATES}


class NoStatement(Exception):
    """A file that cannot be read as a statement; the message says where and why."""


class PaymeStatement:
    """A file as a source of Payme's transactions; which of them are of the time in question is the operator's choice of the file."""

    name = rules.NAME

    def __init__(self, file: Path) -> None:
        self._file = file

    def lines(self, since: datetime, until: datetime) -> Iterable[StatementLine]:  # noqa: ARG002 - the protocol's
        """The transactions in the file.

        Raises:
            NoStatement: no CSV, a missing column, or a row that cannot be read.
        """
        with self._file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            if missing := {"id", rules.ACCOUNT, "amount", "state"} - set(rows.fieldnames or ()):
                raise NoStatement(f"{self._file}: no column {', '.join(sorted(missing))}")
            yield from self._read(rows)

    def _read(self, rows: "csv.DictReader[str]") -> Iterator[StatementLine]:
        for row in rows:
            state = _STATES.get((row["state"] or "").strip())
            amount = (row["amount"] or "").strip()
            if state is None or not (amount.isascii() and amount.isdecimal()):
                raise NoStatement(f"{self._file}: row {rows.line_num} has no state or no whole amount of tiyin")
            number = rules.read_number({rules.ACCOUNT: row[rules.ACCOUNT]}) or row[rules.ACCOUNT] or ""
            yield StatementLine((row["id"] or "").strip(), number, int(amount), state)
