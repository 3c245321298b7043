"""All tables. They stand on the ground floor because their foreign keys cross the rooms; the verbs do not."""

from .base import Table
from .chats import ContactDetails, Conversation, Message, Visitor
from .identity import Link, Rejection
from .people import Associate, SignIn, Store, StoreMember
from .profiles import ActivityEntry, ContactPoint, MatchKey, Profile, SearchKey
from .settings import Counter, Setting
from .sites import Site

TABLES: tuple[type[Table], ...] = (
    Setting, Counter, Store, Associate, StoreMember, SignIn, Site,
    Profile, ContactPoint, MatchKey, SearchKey, ActivityEntry,
    Visitor, Conversation, ContactDetails, Message, Link, Rejection,
)  # fmt: skip

__all__ = [
    "TABLES", "ActivityEntry", "Associate", "ContactDetails", "ContactPoint", "Conversation", "Counter",
    "Link", "MatchKey", "Message", "Profile", "Rejection", "SearchKey", "Setting", "SignIn", "Site", "Store",
    "StoreMember", "Table", "Visitor",
]  # fmt: skip
