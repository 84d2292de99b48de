"""The shipped rules on plain Spanish: danger said as people say it, alone and beside everyday words, and everyday talk in the same words."""

import pytest

from evaluator import evaluator
from test_disguise import levels

# What is said, by the level it has at least.
PLAIN = {
    "moderate": [
        "me provoca morirme", "pienso en la muerte todo el tiempo", "no quiero vivir más", "ya no kiero seguir viviendo",
        "ojalá no hubiera despertado", "me arrepiento de haber nacido", "es normal querer morirse todos los días?",
        "querés que te diga la verdad, me quiero matar", "parce me quiero morir", "wey ya me quiero morir", "¿duele morir?",
        "me estoy cortando", "mi alumno dice que no quiere vivir", "mi señora está deprimida y habla de matarse",
        "mi hermano habla solo y cree que lo persiguen", "mi hijo dice que le hablan por la tele", "soy el enviado de dios",
        "i just want to morirme", "no quiero estar alive", "ya no puedo i want to kill myself", "siento que quiero to die",
        "me he estado cortando", "me he cortado los brazos otra vez", "he perdido las ganas de vivir", "siempre he querido morir",
    ],
    "high": [
        "me imagino tirándome al metro", "me quiero tirar por el balcón", "mi ex me está siguiendo",
        "mi cuñado abusa de mi sobrina", "me manosearon en el camión", "el cura tocaba a mi hijo", "sacudí a mi bebé",
        "el novio de mi mamá me mira cuando me baño", "mi tía no le da las medicinas a mi abuelita", "voy a hacer una masacre",
        "mañana voy a llevar una pistola a la escuela", "tengo un machete y voy por él", "mi novio me vende",
        "me están extorsionando con mis nudes", "mi husband me choked", "mi primo me violaba",
        "he pensado en matarme", "me ha pegado mi marido", "me han violado", "he estado pensando en suicidarme",
    ],
    "urgent": [
        "me voy a inyectar toda la insulina", "me voy a desvivir hoy", "im going to matarme", "voy a jump del bridge",
        "me voy a matar esta noche", "me voy a tirar por la ventana", "tengo un plan para matarme",
        "he decidido matarme esta noche", "ya me he despedido de todos", "mi hijo a intentado matarse",
    ],
    "emergency": [
        "me pasé de dosis", "se me fue la mano con las pastillas", "me acabo de inyectar toda la insulina", "me tomé todas mis pills",
        "tomé de más y no siento las piernas", "hay un incendio en mi casa y no podemos salir", "me tomé un frasco de pastillas",
        "me he tomado treinta pastillas de paracetamol", "me e tomado 40 pastillas", "he bebido lejía", "mi hermana se ha colgado",
        "mi madre se ha tomado todas las pastillas",
    ],
}
AROUND = [
    "{}", "hola buenas noches, {}", "la verdad {}", "es que {}", "no sé por qué pero {}", "nunca lo conté, {}", "mi jefe me gritó y {}",
    "terminé con mi novia y {}", "{} y no sé qué hacer", "{} jajaja", "{} xd", "{} \U0001f602", "{}, no es broma", "{}. ¿esto es confidencial?",
    "{}. gracias por leer", "{} otra vez", "please help {}",
]
# What long everyday openings and laughter hid.
BESIDE = [
    ("hoy fue un buen día pero mi mejor amigo se va a suicidar", "urgent"),
    ("hoy fue un buen día pero él me golpea casi todos los días", "high"),
    ("mi ex me va a matar jajaja", "high"), ("me da lo mismo si me muero lol", "moderate"), ("no doy más con mi vida jajaja", "moderate"),
    ("quisiera no despertar mañana la verdad", "moderate"), ("no es broma, esta noche me mato", "urgent"),
    ("reprobé el examen y mi papá tiene un infarto", "emergency"),
]
EVERYDAY = [
    "Me pegó el bajón dominguero. Nada terrible.", "me pegó la nostalgia con esa canción", "me pega el sol en la cara",
    "mañana me toca análisis de sangre", "me tocó de vocal de mesa", "le tocó a las servilletas", "cuando me tocó ya no había boletos",
    "dile ya, qué es lo peor que puede pasar?", "me mata cuando se ríe", "le voy a pegar un tiro a la impresora",
    "mi mamá me va a matar cuando vea que le presté el tupper bueno",
    "la fila del SAT no se mueve", "me tiro de los pelos con este informe", "la renta me está ahorcando",
    "este calor de Maracaibo me va a matar", "estoy con la soga al cuello con la hipoteca", "suicidio posicional le dicen",
    "mi bardo bebió el veneno por el gnomo", "me clavé el cuchillo del queso, un puntito", "este parcial me va a matar",
    "se me ha colgado el ordenador", "me he cortado el pelo yo sola", "he discutido con mi jefe", "he aprobado el examen",
    "prefiero un periódico que me lleve la contraria", "el padre habló de morir al pecado y renacer",
    "mi alumno sigue pegándome stickers en la espalda",
    "el sol no para de quemarme en la playa", "el frío sigue pegándome fuerte", "no dejo de lastimarme el tobillo en el fútbol",
    "mi papá va a tirarse en paracaídas", "mi hija quiere tirarse por el tobogán",
]


# What is told of others in every form of the verb: who, what, and how it is said.
PERSONS = ["mi hermano", "mi hija", "una compañera de clase", "él"]
ACTS = ["matarse", "ahorcarse", "suicidarse", "pegarse un tiro", "cortarse las venas", "tirarse del puente", "tomarse todas las pastillas",
        "quitarse la vida"]
TOLD = {
    "urgent": ["{who} va a {act} esta noche", "{who} amenaza con {act}", "{who} planea {act}", "{who} está intentando {act}",
               "{who} acaba de intentar {act}", "{who} decidió {act}"],
    "high": ["{who} quiere {act}", "{who} habla de {act}", "{who} ha pensado en {act}", "creo que {who} puede {act}",
             "me preocupa que {who} quiera {act}", "{who} bromea con {act} pero creo que es en serio", "{who} trató de {act} anoche"],
}
ABUSERS = ["mi esposo", "mi padrastro", "él"]
BLOWS = [("pegarme", "pegándome"), ("golpearme", "golpeándome"), ("patearme", "pateándome"), ("darme cachetadas", "dándome cachetadas"),
         ("aventarme contra la pared", "aventándome contra la pared"), ("jalarme del pelo", "jalándome del pelo"),
         ("obligarme a tener relaciones", "obligándome a tener relaciones"), ("quemarme con el cigarro", "quemándome con el cigarro")]
BEATEN = ["{who} volvió a {bare}", "{who} suele {bare}", "{who} no paraba de {bare}", "{who} no deja de {bare}", "{who} empezó a {bare}",
          "tengo miedo de que {who} vuelva a {bare}", "{who} sigue {ing}", "{who} lleva años {ing}"]


def below(texts):
    rank = evaluator().RANK
    found = levels([{"text": text, "lang": "es", "channel": "text"} for text, _ in texts])
    return [text for (text, least), level in zip(texts, found) if level < rank[least]]


@pytest.mark.parametrize("least", PLAIN)
def test_plain_spanish_is_heard(least):
    assert below([(around.format(text), least) for text in PLAIN[least] for around in AROUND]) == []


def test_nothing_beside_it_hides_it():
    assert below(BESIDE) == []


def test_others_are_heard_in_every_form():
    told = [(form.format(who=who, act=act), least) for least in TOLD for form in TOLD[least] for who in PERSONS for act in ACTS]
    told += [(form.format(who=who, bare=bare, ing=ing), "high") for form in BEATEN for who in ABUSERS for bare, ing in BLOWS]
    assert below(told) == []


def test_abuse_and_threats_are_heard():
    assert below([(text, "high") for text in [
        "mi padrastro volvió a tocarme", "mi tío me ha estado tocando", "mi papá lleva años abusando de mí",
        "mi entrenador me tomó fotos en la ducha", "el novio de mi mamá me hace quitarme la ropa", "mi abuelo intentó violarme anoche",
        "mi abuela dice que su nieto la empuja", "casi apuñalo a mi jefe ayer", "y si mato a mi vecino", "he pensado en matar a mi ex",
    ]] + [("voy en camino a matar a mi ex", "urgent"), ("compré una pistola para matar a mi jefe", "urgent"),
          ("mi mamá está teniendo una sobredosis", "urgent"), ("las voces no paran de decirme que salte", "urgent"), ("encontré a mi hijo con el frasco vacío", "urgent"),
          ("mi hermano lleva 5 días sin dormir y habla con dios", "moderate")]) == []


def test_everyday_spanish_is_low():
    found = levels([{"text": text, "lang": "es", "channel": "text"} for text in EVERYDAY])
    assert [text for text, level in zip(EVERYDAY, found) if level > 0] == []
