"""What can be done with editions and the profile; the only writers of this room."""

from xiang.foundation.publishing.operations.editions import (
    approve,
    draft,
    publish,
    publish_now,
    resume,
    retire,
    return_to_draft,
    submit,
    suspend,
    withdraw_draft,
)
from xiang.foundation.publishing.operations.loading import load_profile

__all__ = [
    "approve",
    "draft",
    "load_profile",
    "publish",
    "publish_now",
    "resume",
    "retire",
    "return_to_draft",
    "submit",
    "suspend",
    "withdraw_draft",
]
