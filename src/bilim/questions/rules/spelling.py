"""British and American spellings of one word count as the same: IELTS accepts both.

Own lists from general knowledge of how the two spellings differ. A word is brought into one form, which need not be a word that anybody
writes: key and answer go the same way, so that only two different words of one form would be confused, and the lists avoid those.
"""

import re
from functools import lru_cache

_OUR = (
    "arm|behavi|cand|clam|col|demean|discol|endeav|fav|ferv|flav|glam|harb|hon|hum|lab|neighb|od|parl|ranc|rig|rum|savi|splend|"
    "succ|tum|val|vap|vig|watercol"
)
_DOUBLED = (
    "bevel|cancel|channel|chisel|counsel|dial|duel|enamel|equal|fuel|funnel|hostel|initial|jewel|label|level|libel|marshal|marvel|"
    "model|panel|pedal|pencil|quarrel|refuel|rival|shovel|shrivel|signal|snorkel|spiral|stencil|swivel|total|towel|travel|tunnel|unravel"
)
_OGUE = "anal|catal|dial|epil|monol|prol|trial"
_TRE = "calib|cent|fib|goit|lit|lust|meag|met|nit|och|reconnoit|sab|saltpet|scept|sepulch|somb|spect|theat"

# Endings: (American or either, the one form). The first that matches a whole word is applied.
_ENDINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"({_OUR})or(|s|ed|ing|er|ers|ful|fully|less|able|ably|al|ally|hood|hoods|ite|ites|ly|ist|ists|y|y's|'s)", r"\1our\2"),
        (rf"((?:kilo|centi|milli|deci|micro|nano|amphi|epi)?(?:{_TRE}))er(|s|'s)", r"\1re\2"),
        (rf"({_TRE})er(ed|ing)", r"\1r\2"),
        (r"(.{2,})yz(e|es|ed|er|ers|ing)", r"\1ys\2"),
        (r"(?!prize|size|seize|capsize|maize)(.{3,})iz(e|es|ed|er|ers|ing|able|ation|ations|ational)", r"\1is\2"),
        (rf"({_OGUE})og(|s)", r"\1ogue\2"),
        (rf"({_OGUE})og(ed|ing)", r"\1ogu\2"),
        (rf"({_DOUBLED})(ed|er|ers|ing|ings|or|ors|ous|ously|ery)", r"\1l\2"),
    )
)

_PAIRS = """
acknowledgment acknowledgement | adapter adaptor | adviser advisor | aging ageing | airplane aeroplane | aluminum aluminium
| ameba amoeba | anemia anaemia | anemic anaemic | anesthesia anaesthesia | anesthetic anaesthetic | anesthetist anaesthetist
| archeologist archaeologist | archeological archaeological | archeology archaeology | artifact artefact | ax axe | burned burnt
| cesarean caesarean | check cheque | checkbook chequebook | cozy cosy | curb kerb | defense defence | diarrhea diarrhoea | disk disc
| distill distil | donut doughnut | draft draught | dreamed dreamt | encyclopedia encyclopaedia | enroll enrol | enrollment enrolment
| esthetic aesthetic | esophagus oesophagus | estrogen oestrogen | eon aeon | fetus foetus | fulfill fulfil | fulfillment fulfilment
| glycerin glycerine | gray grey | grayish greyish | gynecologist gynaecologist | gynecology gynaecology | hemoglobin haemoglobin
| hemophilia haemophilia | hemorrhage haemorrhage | inquiry enquiry | inquire enquire | install instal | installment instalment
| jewelry jewellery | judgment judgement | karat carat | kneeled knelt | leaned leant | leaped leapt | learned learnt
| leukemia leukaemia | license licence | licorice liquorice | likable likeable | livable liveable | maneuver manoeuvre
| maneuverable manoeuvrable | medieval mediaeval | mold mould | molding moulding | moldy mouldy | mom mum | molt moult
| mustache moustache | offense offence | omelet omelette | orthopedic orthopaedic | paleontology palaeontology | pajamas pyjamas
| pediatric paediatric | pediatrician paediatrician | pediatrics paediatrics | plow plough | plowing ploughing | plowed ploughed
| practise practice | practised practiced | practising practicing | pretense pretence | program programme | sizable sizeable
| skeptic sceptic | skeptical sceptical | skepticism scepticism | skillful skilful | smelled smelt | smolder smoulder
| specialty speciality | spelled spelt | spilled spilt | spoiled spoilt | sulfate sulphate | sulfur sulphur | sulfuric sulphuric
| tire tyre | towards toward | afterwards afterward | whiskey whisky | willful wilful | woolen woollen | yogurt yoghurt
"""
_ONE_FORM = {american: one for american, _, one in (pair.strip().partition(" ") for pair in _PAIRS.split("|"))}


@lru_cache(maxsize=16_384)
def one_form(word: str) -> str:
    """A word, in lower case, in the one form that its British and American spellings share.

    >>> [one_form(word) for word in ("colors", "organization", "traveler", "centers", "programs", "size")]
    ['colours', 'organisation', 'traveller', 'centres', 'programmes', 'size']
    """
    if word in _ONE_FORM:
        return _ONE_FORM[word]
    for pattern, replacement in _ENDINGS:
        if pattern.fullmatch(word):
            return pattern.sub(replacement, word)
    if word.endswith("s") and word[:-1] in _ONE_FORM:
        return _ONE_FORM[word[:-1]] + "s"
    return word
