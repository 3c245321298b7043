"""Which first names go with each other, in English, French and Spanish: Bob is short for Robert.

Each line is a name, folded, and what its bearers are called. Two names go together when a line has both.
Other spellings of one name (Katherine, Catherine) have lines of their own: they are near by their letters.
"""

from __future__ import annotations

from collections import defaultdict

_LINES = """
abigail abby abbie gail
adelaide adele addie heidi
agnes aggie nessie
albert al bert bertie
alejandra ale alex sandra jandra
alejandro ale alex jandro
alexander al alex alec lex sandy sasha xander
alexandra alex lexi sandra sandy sasha alexa
alexandre alex sacha
alfonso poncho
alfred al alf alfie fred freddie
amanda mandy
andrew andy drew
angela angie ange
anne ann anna annie nan nancy
anthony tony ant
antoine toine tonio
antonio tono toni tonio tony
arthur art artie
barbara barb barbie babs
bartholomew bart
beatrice bea trixie
beatriz bea betty
benjamin ben benji benny benjy
bernard bernie barney
bernadette bernie detta
brigitte gigi
caroline carol carrie caro
catherine cathy cate kate katie cat cath
cecilia ceci celia sissy
charles charlie chuck chas chip
charlotte charlie lottie lotte
christina chris chrissy tina christie
christine chris chrissy tina
christopher chris kit topher
clementine clem
concepcion concha conchita
consuelo chelo
cristina cris tina
daniel dan danny dani
daniela dani
david dave davy davey
deborah deb debbie debby
dolores lola loli lolita
dominique dom domi
donald don donnie
dorothy dot dottie dolly
edward ed eddie ned ted teddy
eduardo edu lalo
eleanor ellie nell nora lena
elizabeth liz lizzie beth betty betsy eliza lisa elsie libby bess
elisabeth elise babeth lisa betty
emily em emmy millie
enrique quique kike
ernesto neto
esperanza espe
eugene gene
federico fede
fernando fer nando
florence flo florrie
frances fran frannie fanny
francis frank frankie
francisca paca paquita fran
francisco paco pancho curro fran cisco
francois franck fanfan
frederic fred
frederick fred freddie rick
gabriel gabe gabi
genevieve gen ginette
george georgie
gerald gerry jerry
gerard gege
gertrude trudy gert
graciela chela
gregory greg gregg
gregoire greg
guadalupe lupe lupita
guillaume guigui gui
guillermo memo guille
gustavo gus tavo
harold harry hal
helen nell nellie lena
henry hank harry hal
ignacio nacho
isabel isa chabela bella
isabella bella izzy isa
isabelle isa belle
jacob jake
jacqueline jackie jacquie
jacques jacky
james jim jimmy jamie jem
jane janie janey jenny jan
janet jan
jeanne jeannette jeannine
jeffrey jeff
jennifer jen jenny jenn
jeremy jerry jem
jessica jess jessie
jesus chuy chucho
joan joanie jo
joaquin quino
john jon johnny jonny jack jonathan
jonathan jon jonny nathan johnny
jose pepe chepe
josefa pepa pepita
joseph joe joey jo
josephine jo josie fifi
joshua josh
judith judy judi
julian jules
julien juju
katherine kate kathy katie kat kit kathie kay
kenneth ken kenny
kimberly kim
lawrence larry laurie
leonard leo len lenny
leonardo leo
lillian lily lil
louis lou louie loulou
louise lou loulou
luis lucho luisito
madeleine mado maddie
manuel manolo manu
manuela manoli manu
margaret maggie meg peggy marge margie greta daisy
margarita rita marga
marguerite margot margo rita
maria mari mary mariquita
marie manon mimi
martha marty patty
martin marty
mary molly polly
matthew matt matty
matthieu mat matt
maurice momo
maximilian max
maxime max
mercedes merche
michael mike mick mickey mikey mitch
michel mich
miguel migue miguelito
mildred millie
montserrat montse
nathaniel nate nathan nat
natalie nat
nicholas nick nicky nico
nicolas nico colas nic
olivia liv livvy
olivier oli olive
oscar ozzy
pamela pam
patricia pat patty trish tricia patsy
patrick pat paddy rick
penelope penny
peter pete
philip phil pip
philippe phil
pierre pierrot
pilar pili
rafael rafa
raymond ray
rebecca becky becca
richard rick dick rich richie ricky
robert rob bob bobby robbie bert bobbie
roberto beto rob
rodrigo rodri
ronald ron ronnie
rosario charo
rose rosie
samantha sam sammy
samuel sam sammy
sandrine sandy
santiago santi yago chago
sarah sally sadie
sebastian seb bas seba
sebastien seb
sergio checo
sophie soso
stephane steph stef
stephanie steph stef
stephen steve stevie
steven steve stevie
susan sue susie suzy
suzanne suzy suzette
teresa tere terry tess
theodore ted teddy theo
theresa terry tess tessa
therese tessa
thomas tom tommy
timothy tim timmy
valentin val
valerie val
veronica vero ronnie
veronique vero
vicente chente
victor vic
victoria vicky tori vicki
vincent vince vinny vin
virginia ginny ginger
virginie nini
walter walt wally
william bill will billy willy liam
xavier xavi
yolanda yoli
zachary zach zack
"""

_lines_of: dict[str, set[frozenset[str]]] = defaultdict(set)
for _line in filter(None, _LINES.splitlines()):
    for _name in _line.split():
        _lines_of[_name].add(frozenset(_line.split()))


def variants(name: str) -> frozenset[str]:
    """Return the folded names that go with a folded name, without itself."""
    return frozenset[str]().union(*_lines_of.get(name, ())) - {name}
