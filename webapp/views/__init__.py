"""Everything that has an address: one blueprint for each thing.

A view looks something up through what the viewer may see, calls one verb, and answers with what a screen draws.
"""

from . import (
    activity,
    conflicts,
    context,
    conversations,
    demo,
    health,
    inbox,
    links,
    loader,
    messages,
    preferences,
    profiles,
    settings,
    sign_in,
    static,
    widget,
    widget_chat,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        sign_in, inbox, conversations, messages, context, links, conflicts, profiles, activity, preferences,
        settings, widget, widget_chat, loader, static, health, demo,
    )
)  # fmt: skip
