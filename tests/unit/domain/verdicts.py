"""What is the same, what is near and what is not: one line for each way in which people write themselves.

(given, held, verdict, level, whether it is a conflict). Invisible and look-alike characters are escapes. In front
of phones stands the region in which both sides are read.
"""

from __future__ import annotations

Line = tuple[str, str, str, str, bool]

SAME_NAME: list[Line] = [
    # case, and whatever stands for a space
    ("Jane Doe", "jane doe", "exact", "exact", False),
    ("Jane  Doe ", "Jane Doe", "exact", "exact", False),
    ("Jane\u00a0Doe", "Jane Doe", "exact", "exact", False),
    ("Jane\tDoe", "Jane Doe", "exact", "exact", False),
    # what nobody sees, and letters of another width
    ("Ja\u200dne Doe", "Jane Doe", "exact", "exact", False),
    ("\uff2a\uff41\uff4e\uff45 \uff24\uff4f\uff45", "Jane Doe", "exact", "exact", False),
    ("\ufb01ona", "fiona", "exact", "exact", False),
    # accents, and letters that are one sign elsewhere
    ("José García", "Jose Garcia", "exact", "exact", False),
    ("Nguyễn Văn An", "Nguyen Van An", "exact", "exact", False),
    ("Groß", "Gross", "exact", "exact", False),
    ("Łukasz Wójcik", "Lukasz Wojcik", "exact", "exact", False),
    ("Søren Ørsted", "Soren Orsted", "exact", "exact", False),
    ("Þór Guðmundsson", "Thor Gudmundsson", "exact", "exact", False),
    ("IŞIK", "ışık", "exact", "exact", False),
    ("Ёлкин Пётр", "Елкин Петр", "exact", "exact", False),
    ("محمد علي", "محم\u0651د علي", "exact", "exact", False),
    ("أحمد", "احمد", "exact", "exact", False),
    # apostrophes vanish, hyphens are spaces, periods and honorifics do not count
    ("Pat O'Brien", "Pat OBrien", "exact", "exact", False),
    ("Jean-Pierre Léon", "Jean Pierre Leon", "exact", "exact", False),
    ("St. John", "St John", "exact", "exact", False),
    ("Dr Jane Doe", "Jane Doe", "exact", "exact", False),
    ("Maria de la Cruz", "Maria De La Cruz", "exact", "exact", False),
    # word boundaries do not count in Chinese, Japanese and Korean; half-width kana are kana
    ("王小明", "王 小明", "exact", "exact_join", False),
    ("\uff94\uff8f\uff80\uff9e 太郎", "ヤマダ 太郎", "exact", "exact", False),
]

NEAR_NAME: list[Line] = [
    # word boundaries elsewhere
    ("Pat O'Brien", "Pat O Brien", "partial", "exact_join", True),
    ("Anne-Marie Roy", "Annemarie Roy", "partial", "exact_join", True),
    ("Jan van der Berg", "Jan Vanderberg", "partial", "exact_join", True),
    ("McDonald", "Mc Donald", "partial", "exact_join", True),
    ("Jane\u202eDoe", "Jane Doe", "partial", "exact_join", True),
    # another order
    ("Doe Jane", "Jane Doe", "partial", "reordered", True),
    ("Doe, Jane", "Jane Doe", "partial", "reordered", True),
    ("Mary Smith-Jones", "Mary Jones-Smith", "partial", "reordered", True),
    # a word shortened to its initial
    ("Jane D.", "Jane Doe", "partial", "initial", True),
    ("J. Doe", "Jane Doe", "partial", "initial", True),
    ("John Q Public", "John Quincy Public", "partial", "initial", True),
    # a slip of the finger or of the ear
    ("Jane Do", "Jane Doe", "partial", "near1", True),
    ("Jnae Doe", "Jane Doe", "partial", "near1", True),
    ("J\u0430ne Doe", "Jane Doe", "partial", "near1", True),
    ("Katherine Lee", "Catherine Lee", "partial", "near1", True),
    ("Steven Li", "Stephen Li", "partial", "near1", True),
    ("Müller", "Mueller", "partial", "single_near", True),
    # a nickname
    ("Janie Doe", "Jane Doe", "partial", "nick", True),
    ("Bob Smith", "Robert Smith", "partial", "nick", True),
    # father and son
    ("John Smith Jr.", "John Smith", "partial", "suffix", True),
    ("John Smith II", "John Smith III", "partial", "suffix", True),
    # a part of the name
    ("Maria Cruz", "Maria de la Cruz", "partial", "subset", True),
    ("Don Johnson", "Johnson", "partial", "single", True),
    ("Jane Doe" * 60, "Jane Doe", "partial", "one_token", True),
]

OTHER_NAME: list[Line] = [
    # signs of one word in another order, and kana with and without voicing, are other names
    ("王小明", "小明王", "none", "other", True),
    ("ガ", "カ", "none", "other", True),
    # a name without letters matches nothing; a blank says nothing
    ("\U0001f600", "Jane Doe", "none", "no letters", True),
    ("", "Jane Doe", "blank", "missing", False),
    ("   ", "Jane Doe", "blank", "missing", False),
]

SAME_EMAIL: list[Line] = [
    # spaces, seen and unseen
    (" jane@x.com ", "jane@x.com", "exact", "exact", False),
    ("jane @x.com", "jane@x.com", "exact", "exact", False),
    ("jane\u200b@x.com", "jane@x.com", "exact", "exact", False),
    # as mail programs write it
    ("Jane <jane@x.com>", "jane@x.com", "exact", "exact", False),
    ('"jane.doe"@x.com', "jane.doe@x.com", "exact", "exact", False),
    # one domain in two spellings
    ("jane@x.com.", "jane@x.com", "exact", "exact", False),
    ("jane@bücher.de", "jane@xn--bcher-kva.de", "exact", "exact", False),
    ("jane@BÜCHER.de", "jane@bücher.de", "exact", "exact", False),
]

NEAR_EMAIL: list[Line] = [
    # another address of the same mailbox
    ("j.a.n.e@gmail.com", "jane@gmail.com", "partial", "mailbox", True),
    ("jane@googlemail.com", "jane@gmail.com", "partial", "mailbox", True),
    ("jane+shop@corp.com", "jane@corp.com", "partial", "mailbox", True),
    # a slip
    ("jnae@gmail.com", "jane@gmail.com", "partial", "near1", True),
    ("bob@gmail.com", "rob@gmail.com", "partial", "near1", True),
    ("jan\u0435@x.com", "jane@x.com", "partial", "near1", True),
    ("jane@@x.com", "jane@x.com", "partial", "near1", True),
    ("jane@gmial.com", "jane@gmail.com", "partial", "local_domnear", True),
    # another provider
    ("jane@gmail.com", "jane@yahoo.com", "partial", "local", True),
    # a blank says nothing
    ("", "jane@x.com", "blank", "missing", False),
]

PHONE: list[tuple[str, str, str, str, str, bool]] = [
    # written as at home
    ("US", "212.555.1234", "+12125551234", "exact", "exact", False),
    ("US", "12125551234", "+12125551234", "exact", "exact", False),
    ("FR", "06 12 34 56 78", "+33612345678", "exact", "exact", False),
    ("FR", "612345678", "+33612345678", "exact", "exact", False),
    ("FR", "٠٦١٢٣٤٥٦٧٨", "+33612345678", "exact", "exact", False),
    ("US", "1-800-FLOWERS", "+18003569377", "exact", "exact", False),
    # written as from abroad
    ("US", "011 33 6 12 34 56 78", "+33612345678", "exact", "exact", False),
    ("US", "+33 (0)6 12 34 56 78", "+33612345678", "exact", "exact", False),
    ("US", "+44 7911 123456", "+447911123456", "exact", "exact", False),
    # an extension is kept, not compared
    ("US", "212-555-1234 x55", "+12125551234", "exact", "exact", False),
    # a slip, no number at all, a blank
    ("US", "212-555-1243", "+12125551234", "partial", "near", True),
    ("US", "n/a", "+12125551234", "none", "unparsed", True),
    ("US", "", "+12125551234", "blank", "missing", False),
]

NAMES = SAME_NAME + NEAR_NAME + OTHER_NAME
EMAILS = SAME_EMAIL + NEAR_EMAIL
