"""What can go wrong with a seal, a key or a certificate."""

from __future__ import annotations

from xiang.foundation.ground.errors import DomainError


class BrokenSeal(DomainError):
    """The sealed bytes, their header or their context were changed, or the key does not fit (500: a fault of ours)."""

    status = 500

    def __init__(
        self, code: str = "broken_seal", detail: str = "这份加密数据打不开：内容被改动过，或者放错了地方。"
    ) -> None:
        super().__init__(code, detail)


class Erased(DomainError):
    """The data key was destroyed on purpose: nobody can read this any more (410)."""

    status = 410

    def __init__(self) -> None:
        super().__init__("erased", "这份数据已按规定删除，不能再读出。")


class KeyMissing(DomainError):
    """A key id that this installation does not hold (500)."""

    status = 500

    def __init__(self, key_id: str) -> None:
        super().__init__("key_missing", "找不到这个编号的密钥，请管理员检查密钥文件夹。", key_id=key_id)
