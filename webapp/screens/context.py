"""The context panel: who is this customer? Linked to a profile, offered candidates, or neither.

What a person types into (search, the form of a new profile, a profile being edited) stands in the section "identity" or
in one of its own, marked so that a push leaves it alone; the banner and what was given stay live around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .. import render
from ..auth import Viewer
from ..domain.identity import banner, candidates, facts
from ..domain.identity.candidates import Candidate, Candidates
from ..domain.identity.matching import Details, Evidence
from ..domain.profiles import contact, records, search
from ..domain.profiles.normalise import show_phone
from ..domain.tables import Associate, Conversation, Link, Profile
from . import differences, evidence, given
from . import profile as profiles


def panel(
    viewer: Viewer, conversation: Conversation, *, identity: str = "", refreshed: str = "", pages: int = 0
) -> str:
    """Draw the whole panel.

    `identity` is drawn in place of the card or the candidates (the form of a new profile, the profile being edited);
    `refreshed` names the field whose row in the banner had moved on when somebody pressed its button; `pages` is how
    many pages of candidates she has asked for. Of a chat that is linked they are looked for only then: few want to see
    them, and every detail that a customer changes draws this panel.
    """
    link = facts.current_link(conversation)
    found = None if link and not pages else _candidates(conversation, link)
    state = "linked" if link else "candidates" if found and (found.offered or found.rejected) else "none"
    record = records.of(link.profile) if link else None
    sides = banner.compare_sides(conversation, link, record) if link and record else None
    if not identity and link and record:
        identity = _card(viewer, conversation, link, record, found, pages)
    elif not identity and found:
        identity = _offer(viewer, conversation, found, max(pages, 1))
    return render.partial(
        "context/panel",
        viewer.reader,
        conversation=conversation,
        state=state,
        link=link.id if link else 0,
        news=_news(viewer, conversation, link),
        identity=identity,
        banner=differences.notice(viewer, conversation, record, sides, refreshed),
        given=given.card(viewer, conversation, sides),
        log=profiles.log(viewer, link.profile) if link else "",
    )


def create_form(
    viewer: Viewer,
    conversation: Conversation,
    typed: Mapping[str, str],
    *,
    begun: int,
    problems: Mapping[str, str] | None = None,
    duplicates: tuple[Candidate, ...] = (),
    warned: bool = False,
) -> str:
    """Draw the form of a new profile, with what is typed in it, what has to be mended, and what it would duplicate.

    `begun` is the id of the link, or 0, that the chat had when the form was opened. Once she is `warned` of the
    duplicates, the way on is to create it anyway.
    """
    return render.partial(
        "context/create",
        viewer.reader,
        conversation=conversation,
        typed=typed,
        given=prefill(conversation),
        begun=begun,
        problems=problems or {},
        duplicates=duplicates,
        warned=warned,
    )


def prefill(conversation: Conversation) -> dict[str, str]:
    """Return what the customer gave, for the form of a new profile; a generated name is not given."""
    row = facts.details_of(conversation)
    return {"name": "" if row.name_generated else str(row.name), "email": str(row.email), "phone": str(row.phone)}


def edit_form(viewer: Viewer, conversation: Conversation, link: Link) -> str:
    """Draw the linked profile with its fields open."""
    profile: Profile = link.profile
    return render.partial(
        "context/edit",
        viewer.reader,
        conversation=conversation,
        profile=profile,
        begun=link.id,
        fields=profiles.fields(viewer, profile, conversation),
        others=profiles.others(viewer, profile, conversation),
    )


def results(viewer: Viewer, conversation: Conversation, query: str) -> str:
    """Draw the profiles that fit what was typed into the search."""
    found = search.search(query)
    return render.partial("context/results", viewer.reader, conversation=conversation, query=query.strip(), found=found)


def _candidates(conversation: Conversation, link: Link | None) -> Candidates:
    return candidates.find(_given(conversation), conversation.visitor_id, besides=link.profile_id if link else None)


def _given(conversation: Conversation) -> Details:
    return facts.given(facts.details_of(conversation), str(conversation.store.region))


def _card(
    viewer: Viewer,
    conversation: Conversation,
    link: Link,
    record: records.Record,
    found: Candidates | None,
    pages: int,
) -> str:
    region = str(record.profile.region)
    # Typed as somebody else in a browser that is another customer's: that is to be seen without searching.
    beside: tuple[Candidate, ...] = ()
    if link.provenance == "exact_match":
        beside = candidates.find_remembered(_given(conversation), conversation.visitor_id, besides=link.profile_id)
    others = replace(found, offered=_without(found.offered, beside)) if found else None
    return render.partial(
        "context/card",
        viewer.reader,
        conversation=conversation,
        link=link,
        record=record,
        phone=show_phone(record.phone, region),
        evidence=evidence.items(Evidence.from_data(link.evidence), region),
        beside=_cards(viewer, conversation, beside),
        others=_list(viewer, conversation, others, pages) if others else None,
        accepted=conversation.state != "waiting",
    )


def _without(offered: tuple[Candidate, ...], shown: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in offered if candidate not in shown)


def _offer(viewer: Viewer, conversation: Conversation, found: Candidates, pages: int) -> str:
    return render.partial(
        "context/candidates",
        viewer.reader,
        conversation=conversation,
        listed=_list(viewer, conversation, found, pages),
        count=len(found.offered),
        why=_why(viewer, conversation, found),
        accepted=conversation.state != "waiting",
    )


def _list(viewer: Viewer, conversation: Conversation, found: Candidates, pages: int) -> str:
    """Draw so many pages of candidates, the near ones beneath, the rejected ones apart."""
    shown = found.offered[: pages * candidates.PAGE]
    near = tuple(candidate for candidate in shown if candidate.strength == "near")
    return render.partial(
        "context/offered",
        viewer.reader,
        conversation=conversation,
        likely=_cards(viewer, conversation, _without(shown, near)),
        less_likely=_cards(viewer, conversation, near),
        rejected=_cards(viewer, conversation, found.rejected),
        left=len(found.offered) - len(shown),
        pages=pages,
    )


def _cards(viewer: Viewer, conversation: Conversation, offered: Iterable[Candidate]) -> list[str]:
    return [
        render.partial(
            "context/candidate",
            viewer.reader,
            conversation=conversation,
            candidate=candidate,
            evidence=evidence.items(candidate.evidence, str(candidate.record.profile.region)),
            accepted=conversation.state != "waiting",
        )
        for candidate in offered
    ]


def _why(viewer: Viewer, conversation: Conversation, found: Candidates) -> str:
    """Return why nothing was linked by itself, in a sentence."""
    t, n = viewer.reader.t, viewer.reader.n
    exact = [c for c in (*found.offered, *found.rejected) if c.evidence.strength == "exact"]
    if len(exact) > 1:
        return n("why.many_exact", len(exact))
    if exact and exact[0].strength == "exact":
        is_later = facts.details_of(conversation).version > 1
        return t("why.exact_later" if is_later else "why.off")
    if exact or not found.offered:
        return t("why.rejected") if found.rejected else ""
    best = found.offered[0]
    if best.strength == "remembered":
        return t("why.somebody_else")
    same = [c.field for c in best.evidence.comparisons if c.verdict == "exact"]
    return t(f"why.only.{same[0]}") if len(same) == 1 else t("why.partly")


def _news(viewer: Viewer, conversation: Conversation, link: Link | None) -> dict[str, str]:
    """Return who linked, moved or unlinked the chat last, in sentences: for whoever has a form of the former state.

    Which sentence is true of a form depends on when it was opened, and only its browser knows.
    """
    last = link or Link.select().where(Link.conversation == conversation).order_by(Link.id.desc()).first()
    by: Associate | None = (last.made_by if link else last.ended_by) if last else None
    if last is None or by is None:  # a rule links before anybody can have opened a form
        return {}
    names = {"name": by.first_name, "profile": last.profile.name or viewer.reader.t("card.no_name")}
    how = ("linked", "moved") if link else ("unlinked",)
    return {key: viewer.reader.t(f"news.{key}", **names) for key in how} | (
        {"mine": "true"} if by.id == viewer.associate else {}
    )


def typed_from(form: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return what was typed into the form of a new profile, or with "warned_" when it was last looked at."""
    return {field: str(form.get(prefix + field, "")) for field in contact.Given.__dataclass_fields__}
