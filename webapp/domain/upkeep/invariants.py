"""What must hold in the database whatever happened: each promise is a query for what breaks it.

Tests ask after everything they do, `rapport doctor` when somebody wonders, and a backup before it is believed. The
queries are SQL that SQLite and PostgreSQL both read, but for a field of JSON, which each has its own word for.
"""

from __future__ import annotations

from ..storage import database, is_postgresql

MOST = 20  # rows of a broken promise that are fetched: one would be enough to know

PROMISES = {
    "a visitor has one open chat": """
        SELECT visitor_id, count(*) FROM conversation
        WHERE state IN ('waiting', 'active') AND visitor_id IS NOT NULL
        GROUP BY visitor_id HAVING count(*) > 1""",
    "a conversation has one current link": """
        SELECT conversation_id, count(*) FROM link
        WHERE ended_at IS NULL GROUP BY conversation_id HAVING count(*) > 1""",
    "a linked chat is in the log of its profile": """
        SELECT link.conversation_id, link.profile_id FROM link WHERE link.ended_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM activity_entry AS entry WHERE entry.kind = 'chat'
            AND entry.conversation = link.conversation_id AND entry.profile_id = link.profile_id)""",
    "a chat is in no other log": """
        SELECT entry.conversation, entry.profile_id FROM activity_entry AS entry
        WHERE entry.kind = 'chat' AND NOT EXISTS (
            SELECT 1 FROM link WHERE link.ended_at IS NULL
            AND link.conversation_id = entry.conversation AND link.profile_id = entry.profile_id)""",
    "a message is in one log at most": """
        SELECT entry.conversation, count(*) FROM activity_entry AS entry
        WHERE entry.kind = 'chat' GROUP BY entry.conversation HAVING count(*) > 1""",
    "every link left a line in the log of its profile": """
        SELECT link.id FROM link WHERE NOT EXISTS (
            SELECT 1 FROM activity_entry AS entry WHERE entry.kind = 'linked'
            AND entry.profile_id = link.profile_id AND {link_of_entry} = link.id)""",
    "and so did its end": """
        SELECT link.id FROM link WHERE (link.ended_at IS NOT NULL) != EXISTS (
            SELECT 1 FROM activity_entry AS entry WHERE entry.kind = 'unlinked'
            AND entry.profile_id = link.profile_id AND {link_of_entry} = link.id)""",
    "nothing is linked to a withdrawn profile, and nobody finds it": """
        SELECT profile.id FROM profile WHERE withdrawn_at IS NOT NULL AND (
            EXISTS (SELECT 1 FROM link WHERE ended_at IS NULL AND profile_id = profile.id)
            OR EXISTS (SELECT 1 FROM match_key WHERE profile_id = profile.id)
            OR EXISTS (SELECT 1 FROM search_key WHERE profile_id = profile.id))""",
    "nothing of an erased person is left": """
        SELECT profile.id FROM profile WHERE erased_at IS NOT NULL AND (
            withdrawn_at IS NULL OR name != '' OR external_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM contact_point WHERE profile_id = profile.id)
            OR EXISTS (SELECT 1 FROM activity_entry AS entry WHERE entry.profile_id = profile.id)
            OR EXISTS (SELECT 1 FROM link WHERE profile_id = profile.id))""",
    "the public lane has no gap": """
        SELECT c.id, c.seq, count(m.id), min(m.seq), max(m.seq) FROM conversation AS c
        LEFT JOIN message AS m ON m.conversation_id = c.id AND m.lane = 'public'
        GROUP BY c.id HAVING count(m.id) != c.seq OR coalesce(max(m.seq), 0) != c.seq OR min(m.seq) != 1""",
    "the staff lane has no gap": """
        SELECT c.id, c.staff_seq, count(m.id), min(m.seq), max(m.seq) FROM conversation AS c
        LEFT JOIN message AS m ON m.conversation_id = c.id AND m.lane = 'staff'
        GROUP BY c.id
        HAVING count(m.id) != c.staff_seq OR coalesce(max(m.seq), 0) != c.staff_seq OR min(m.seq) != 1""",
    "a message is stored once": """
        SELECT conversation_id, author, client_id FROM message
        WHERE client_id != '' GROUP BY conversation_id, author, client_id HAVING count(*) > 1""",
    "candidates are counted": "SELECT id FROM conversation WHERE candidate_count < 0",
    "the inbox shows what was written last": """
        SELECT c.id FROM conversation AS c
        JOIN (SELECT conversation_id, max(seq) AS seq FROM message WHERE lane = 'public' AND kind = 'text'
            GROUP BY conversation_id) AS newest ON newest.conversation_id = c.id
        JOIN message AS m ON m.conversation_id = c.id AND m.lane = 'public' AND m.seq = newest.seq
        WHERE c.last_at != m.sent_at OR c.last_text != m.body""",
    "who wrote last and waits for an answer is known to wait, and nobody else is": """
        SELECT id FROM conversation WHERE (last_author = 'customer' AND waiting_since IS NULL)
        OR (last_author = 'associate' AND waiting_since IS NOT NULL)""",
    "somebody can come to a waiting chat": """
        SELECT id FROM conversation WHERE state = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM store_member WHERE store_member.store_id = conversation.store_id)""",
    "a state tells what happened": """
        SELECT id, state FROM conversation WHERE (associate_id IS NULL) != (accepted_at IS NULL)
        OR (state IN ('active', 'ended')) != (associate_id IS NOT NULL)
        OR (state IN ('waiting', 'active')) != (ended_at IS NULL)""",
    "versions of details are counted from one, and the newest is the conversation's": """
        SELECT c.id FROM conversation AS c JOIN contact_details AS d ON d.conversation_id = c.id
        GROUP BY c.id HAVING count(*) != max(d.version) OR min(d.version) != 1 OR c.details != max(d.id)""",
    "a number of the shop is given once": """
        SELECT customer_number FROM profile GROUP BY customer_number HAVING count(*) > 1""",
}


def broken() -> dict[str, list[tuple[object, ...]]]:
    """Return the promises that are broken, each with the first rows that break it; ids only, nothing of people."""
    link_of_entry = "(entry.data::json->>'link')::int" if is_postgresql() else "json_extract(entry.data, '$.link')"
    found = {}
    for promise, query in PROMISES.items():
        rows = database.execute_sql(query.format(link_of_entry=link_of_entry)).fetchmany(MOST)
        if rows:
            found[promise] = [tuple(row) for row in rows]
    return found
