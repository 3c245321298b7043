"""Who is who in the demo, and what they said."""

from __future__ import annotations

from typing import Any

STORES = (
    ("lyon", "Lyon", "FR", "Europe/Paris"),
    ("london", "London", "GB", "Europe/London"),
    ("montreal", "Montréal", "CA", "America/Toronto"),
)

# name, e-mail, what is printed beside it, role, stores, chat-enabled
ASSOCIATES = (
    ("Alice Martin", "alice@maison.example", "associate, Lyon", "associate", ("lyon",), True),
    ("Bruno Keller", "bruno@maison.example", "associate, Lyon", "associate", ("lyon",), True),
    ("Charlie Hughes", "charlie@maison.example", "associate, London", "associate", ("london",), True),
    ("Nadia Roux", "nadia@maison.example", "manager, Lyon, not chat-enabled", "manager", ("lyon",), False),
    ("Dana Petit", "dana@maison.example", "manager, all stores", "manager", ("lyon", "london", "montreal"), True),
)

# name, e-mail, phone, region, then more (kind, value); customer numbers follow from C-1001 on
CUSTOMERS: tuple[Any, ...] = (
    ("Jane Doe", "jane.doe@example.com", "+33 6 12 34 56 78", "FR"),
    ("John Smith", "john.smith@example.com", "+44 7911 123456", "GB"),
    ("John Smith", "john.smith@example.com", "", "GB"),
    ("Maria Garcia", "maria.garcia@example.com", "", "FR"),
    ("Maria Garcia", "mgarcia@example.com", "", "FR"),
    ("Zoé Lefèvre", "zoe.lefevre@example.com", "+33 6 98 76 54 32", "FR"),
    ("Pat O'Brien", "pat@example.com", "", "GB"),
    ("Jane Dupont-Doe", "jd@example.com", "+33 6 45 45 45 45", "FR",
     ("email", "jane.dupont@example.org"), ("phone", "+33 1 23 45 67 89")),
    ("Marc Leroy", "famille.leroy@example.com", "", "FR"),
    ("Claire Leroy", "famille.leroy@example.com", "", "FR"),
    *(("Emma Martin", f"emma.martin{number}@example.com", "", "FR") for number in range(1, 13)),
    ("Camille Dubois-Lefort", "camille.dubois@example.com", "+33 6 20 30 40 50", "FR"),
    ("Agnieszka Wiśniewska", "agnieszka.w@example.com", "+48 512 345 678", "FR"),
    ("Oluwaseun Adébáyò", "seun.adebayo@example.com", "+44 7911 200300", "GB"),
    ("Noor Bakker", "noor.bakker@example.com", "+31 6 12345678", "GB"),
    ("ليلى الحداد", "layla.haddad@example.com", "+33 6 31 41 51 61", "FR"),
    ("王小明", "xiaoming.wang@example.com", "+44 7911 300400", "GB"),
    ("山田太郎", "taro.yamada@example.com", "", "GB"),
    ("Jonas Smirnov", "jonas.smirnov@example.org", "+33 6 72 82 92 02", "FR"),
    ("Priya Raman", "priya.raman@example.com", "+44 7911 400500", "GB"),
    ("Lucía Fernández Ortiz", "lucia.fo@example.com", "+34 612 34 56 78", "FR"),
    ("Thomas Beaumont", "thomas.beaumont@example.com", "+33 6 11 21 31 41", "FR"),
    ("Élodie Rousseau", "elodie.rousseau@example.com", "+33 6 55 65 75 85", "FR"),
    ("Hélène Girard", "helene.girard@example.com", "+33 4 72 00 00 01", "FR"),
    ("Karim Benali", "karim.benali@example.com", "+33 6 19 29 39 49", "FR"),
    ("Sofia Rossi", "sofia.rossi@example.com", "+39 312 345 6789", "FR"),
    ("Niamh Gallagher", "niamh.g@example.com", "+353 85 012 3456", "GB"),
    ("Søren Østergaard", "soren.o@example.com", "+45 32 12 34 56", "GB"),
    ("Margaret Whitfield", "m.whitfield@example.com", "+44 20 7946 0018", "GB"),
    ("Oliver Bennett", "oliver.bennett@example.com", "+44 7911 500600", "GB"),
    ("Amelia Clarke", "amelia.clarke@example.com", "", "GB"),
    ("Hugo Tremblay", "hugo.tremblay@example.com", "+1 514 555 0142", "CA"),
    ("Chloé Gagnon", "chloe.gagnon@example.com", "+1 514 555 0177", "CA"),
    ("Mathis Bouchard", "mathis.bouchard@example.com", "", "CA"),
    ("Léa Pelletier", "lea.pelletier@example.com", "+1 438 555 0119", "CA"),
    ("Ravi Chandrasekhar", "ravi.c@example.com", "+1 514 555 0188", "CA"),
    ("Ingrid Haugen", "ingrid.haugen@example.com", "+47 406 12 345", "GB"),
    ("Paul Mercier", "paul.mercier@example.com", "+33 6 14 24 34 44", "FR"),
    ("Sandrine Faure", "sandrine.faure@example.com", "", "FR"),
    ("Antoine Chevalier", "antoine.chevalier@example.com", "+33 6 17 27 37 47", "FR"),
    ("Yasmine Haddouche", "yasmine.h@example.com", "+33 7 51 52 53 54", "FR"),
    ("Victor Lemoine", "victor.lemoine@example.com", "", "FR"),
    ("Inès Caron", "ines.caron@example.com", "+33 6 38 48 58 68", "FR"),
    ("Gabriel Perrin", "gabriel.perrin@example.com", "+33 6 81 71 61 51", "FR"),
    ("Mei-Ling Chen", "meiling.chen@example.com", "+44 7911 600700", "GB"),
    ("Dmitri Volkov", "dmitri.volkov@example.com", "", "GB"),
    ("Fatou Diallo", "fatou.diallo@example.com", "+33 6 90 80 70 60", "FR"),
    ("Bénédicte Vasseur", "benedicte.vasseur@example.com", "+33 4 78 00 00 02", "FR"),
    ("George Papadopoulos", "george.p@example.com", "+30 691 234 5678", "GB"),
    ("Annika Lindqvist", "annika.lindqvist@example.com", "+46 70 123 45 67", "GB"),
    ("Samuel Okonkwo", "samuel.okonkwo@example.com", "+44 7911 700800", "GB"),
    ("Clémence Aubert", "clemence.aubert@example.com", "", "FR"),
)  # fmt: skip

# customer number, days ago, who answered, what was said by turns: the customer begins
CHATS: tuple[tuple[str, int, str, tuple[str, ...]], ...] = (
    ("C-1001", 214, "alice", (
        "The shade on my Halo has a small dent. Can I buy it alone?",
        "You can. Linen or paper? The linen one is € 64 and ready to collect today.",
        "Linen, please. I’ll come on Saturday.",
        "Set aside under your name until 18:00.",
    )),
    ("C-1001", 19, "bruno", (
        "Is the brass Halo table lamp in stock in Lyon?",
        "We have two in brushed brass, both on the shop floor.",
        "Lovely, thank you!",
    )),
    ("C-1006", 61, "bruno", (
        "Bonjour, ma suspension Brume grésille quand je baisse la lumière.",
        "Bonjour Zoé, c’est souvent le variateur. Avez-vous la référence ?",
        "C’est écrit « VR-40, 1998 ».",
        "Alors c’est lui : il est trop ancien pour les LED. Nous en avons un compatible à 38 €.",
    )),
    ("C-1002", 33, "charlie", (
        "Do you deliver floor lamps to Bristol?",
        "We do, in two to three days, and the courier takes the box away.",
    )),
    ("C-1008", 8, "alice", (
        "Bonjour, je cherche une applique pour un couloir très étroit.",
        "Bonjour ! L’applique Fil ne dépasse que de six centimètres. Je vous montre ?",
        "Oui, je passe cet après-midi.",
    )),
    ("C-1023", 5, "alice", (
        "Le chantier est retardé, peut-on repousser la livraison ?",
        "Bien sûr. La semaine du 12 vous conviendrait-elle ?",
        "Parfait, merci beaucoup.",
    )),
    ("C-1026", 3, "charlie", (
        "How low can the Brume pendant hang? Our ceiling is very high.",
        "The cord is 2.5 metres; the workshop can extend it up to 4 at no charge.",
        "I’ll measure the ceiling tonight.",
    )),
)

# customer number, days ago, who, field, value
CHANGES = (
    ("C-1006", 60, "bruno", "other phone", "+33 4 72 11 22 33"),
    ("C-1026", 2, "charlie", "phone", "+31 6 87654321"),
)
