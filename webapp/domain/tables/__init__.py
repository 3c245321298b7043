"""All tables. They stand on the ground floor because their foreign keys cross the rooms; the verbs do not."""

from .audit import AuditEntry
from .base import Table
from .chats import ContactDetails, Conversation, Message, Visitor
from .erasures import Erasure
from .identity import Link, Rejection
from .people import Associate, Invitation, SignIn, Store, StoreMember
from .profiles import ActivityEntry, ContactPoint, MatchKey, Profile, SearchKey
from .settings import Counter, Outbox, Setting
from .sites import IdentityKey, Site

TABLES: tuple[type[Table], ...] = (
    Setting, Counter, Outbox, Store, Associate, StoreMember, SignIn, Invitation, AuditEntry, Site, IdentityKey,
    Profile, ContactPoint, MatchKey, SearchKey, ActivityEntry,
    Visitor, Conversation, ContactDetails, Message, Link, Rejection, Erasure,
)  # fmt: skip

__all__ = [
    "TABLES", "ActivityEntry", "Associate", "AuditEntry", "ContactDetails", "ContactPoint", "Conversation", "Counter",
    "Erasure", "IdentityKey", "Invitation", "Link", "MatchKey", "Message", "Outbox", "Profile", "Rejection",
    "SearchKey", "Setting", "SignIn", "Site", "Store", "StoreMember", "Table", "Visitor",
]  # fmt: skip
