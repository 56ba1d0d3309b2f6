"""What everybody who writes these records has to agree on, by whoever asks first.

A partition beside the records of the deployments. Everything may raise RecordsUnavailable.
"""

import uuid
from typing import Any

from shared.records.tables import Key, Table

PARTITION = "agreement"


class Agreements:
    """One partition of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def installation(self) -> str:
        """What tells our marks from those of another installation: an id that these records have.

        It is made once, by whoever asks first.
        """
        return self.agree("installation", uuid.uuid4().hex[:12])

    def agree(self, topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        """The proposal that was made first on a topic, by whomever; there is only ever one.

        Args:
            topic: what is to be agreed on; letters and digits.
            proposal: ours; never a secret.
            instead_of: what was agreed before and has become void.
        """
        key, ours = Key(PARTITION, topic), {"agreed": proposal}
        if self._table.insert(key, ours):
            return proposal
        there: Any = self._table.find(key)  # where it stays: an agreement is never removed
        if there["agreed"] != instead_of:
            return str(there["agreed"])
        # Where somebody who found it void as well was faster, theirs is agreed on.
        self._table.replace(key, ours, etag=there.metadata["etag"])
        return self.agree(topic, proposal)
