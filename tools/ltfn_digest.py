"""The digest of a variable's values, as Spec/ltfn-format.md says under "Digest of values"."""

import hashlib

LEAF = 4096


class ValueHash:
    """Hashes values that come in pieces of any length, with the interface of hashlib."""

    def __init__(self, data=b""):
        self._rest = bytearray()
        self._leaves = []
        self.update(data)

    def update(self, data):
        self._rest += data
        end = len(self._rest) - len(self._rest) % LEAF
        whole = memoryview(bytes(self._rest[:end]))
        self._leaves += [hashlib.sha256(whole[i:i + LEAF]).digest() for i in range(0, end, LEAF)]
        del self._rest[:end]

    def digest(self):
        leaves = list(self._leaves)
        if self._rest or not leaves:
            leaves.append(hashlib.sha256(self._rest).digest())
        return leaves[0] if len(leaves) == 1 else hashlib.sha256(b"".join(leaves)).digest()

    def hexdigest(self):
        return self.digest().hex()
