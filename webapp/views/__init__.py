"""Everything that has an address: one blueprint for each thing.

A view looks something up through what the viewer may see, calls one verb, and answers with what a screen draws.
"""

from . import (
    activity,
    audit,
    conflicts,
    context,
    conversations,
    demo,
    first_run,
    health,
    inbox,
    join,
    links,
    loader,
    me,
    messages,
    poll,
    preferences,
    profiles,
    rights,
    settings,
    settings_associates,
    settings_identity,
    settings_sites,
    settings_stores,
    sign_in,
    static,
    widget,
    widget_chat,
    widget_identity,
    widget_look,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        sign_in, first_run, join, inbox, conversations, messages, context, links, conflicts, profiles, rights,
        activity, preferences, me, settings, settings_associates, settings_sites, settings_identity, settings_stores,
        audit, widget, widget_chat, widget_identity, widget_look, poll, loader, static, health, demo,
    )
)  # fmt: skip
