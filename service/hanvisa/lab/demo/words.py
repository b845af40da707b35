"""How the demo tells what happens, in Swedish and English."""

from hanvisa.policy.model import Text

THE_CALLER = Text(sv="den som ringer", en="the caller")
MOBILE_OF = Text(sv="{name}s mobil {number}", en="{name}'s mobile {number}")
SECOND_LINE = Text(sv="{name}, på sin andra linje,", en="{name}, on the second line,")

ABSENT = Text(
    sv="{who} har anmält frånvaro: {reason}{until}.", en="{who} has registered an absence: {reason}{until}."
)
UNTIL = Text(sv=", till {at:%Y-%m-%d %H:%M}", en=", until {at:%Y-%m-%d %H:%M}")
EXCEPTION = Text(
    sv="Ett undantag från O2 gäller för {who}: {reason}.",
    en="An exception to O2 is in force for {who}: {reason}.",
)
REVOKED = Text(
    sv="Undantaget återkallas, medan samtalet pågår.", en="The exception is revoked, during the call."
)
OPEN = Text(sv="{who} är den telefonist som är öppen.", en="{who} is the operator who is open.")
CLOSED = Text(sv="{who}, den sista telefonisten, stänger.", en="{who}, the last operator, closes.")
BUSY = Text(sv="{who} sitter upptagen i telefon.", en="{who} is busy on the phone.")
FREE = Text(sv="{who} är ledig igen.", en="{who} is free again.")
UNPLUGGED = Text(sv="{who}s telefon är inte inkopplad.", en="{who}'s phone is not plugged in.")

CALLS = Text(sv="{caller} ringer {number}, {whose}.", en="{caller} rings {number}, {whose}.")
DIALS = Text(sv="{who} slår {number}, {whose}.", en="{who} dials {number}, {whose}.")
MAIN_NUMBER = Text(sv="huvudnumret till {name}", en="the main number of {name}")
DEPARTMENT_NUMBER = Text(sv="numret till {name}", en="the number of {name}")
DIRECT_NUMBER = Text(sv="direktnumret till {name}", en="the direct number of {name}")
EXTENSION = Text(sv="{name}", en="{name}")
MOBILE_NUMBER = Text(sv="mobilen hos {name}", en="the mobile of {name}")
CODE = Text(sv="en kod", en="a code")
SOME_NUMBER = Text(sv="ett nummer", en="a number")

ANSWERS = Text(sv="Det ringer hos {who}, som svarar.", en="It rings at {who}, who answers.")
RINGS = Text(sv="Det ringer hos {who}, som inte svarar.", en="It rings at {who}, who does not answer.")
TALK = Text(sv="De hör varandra: {one} och {other}.", en="They hear each other: {one} and {other}.")
HEARS = Text(sv="{who} hör: «{words}»", en="{who} hears: “{words}”")
SAYS = Text(sv="{who} talar in ett meddelande.", en="{who} speaks the message.")
HEARS_SOMEBODY = Text(sv="{who} hör vad {speaker} har talat in.", en="{who} hears what {speaker} has said.")
UNSAID = Text(sv="Ordet «{word}» sägs inte.", en="The word “{word}” is not said.")
QUIET = Text(sv="{who}s telefon har inte ringt.", en="{who}'s phone has not rung.")
QUIET_MOBILE = Text(sv="{who} har inte ringt.", en="{who} has not rung.")
PRESSES = Text(sv="{who} trycker {key}.", en="{who} presses {key}.")
TEXTED = Text(sv="{who} får ett sms: «{words}»", en="{who} receives a text message: “{words}”")
MAILED = Text(
    sv="{who} får ett mejl: «{subject}», med ljudet bifogat ({file}).",
    en="{who} gets a mail: “{subject}”, with the sound attached ({file}).",
)
READY = Text(
    sv="Hänvisningen av {who} ligger klar hos Asterisk, om tjänsten skulle dö.",
    en="The referral of {who} lies ready at Asterisk, should the service die.",
)
KILLED = Text(
    sv="Tjänsten dör plötsligt (SIGKILL); Asterisk är ensam kvar.",
    en="The service dies suddenly (SIGKILL); Asterisk is left alone.",
)
BACK = Text(sv="Tjänsten är tillbaka.", en="The service is back.")
REFERRED = Text(
    sv="Den som ringer hör hänvisningen av {who}, av Asterisk ensam.",
    en="The caller hears the referral of {who}, from Asterisk alone.",
)
TRANSFERS = Text(sv="{who} kopplar till {number}, {whose}.", en="{who} transfers to {number}, {whose}.")
REFUSED = Text(
    sv="Telefonen får svaret {status}: samtalet är kvar hos {who}.",
    en="The phone is told {status}: the call stays with {who}.",
)
HOLDS = Text(sv="{who} parkerar samtalet.", en="{who} puts the call on hold.")
RESUMES = Text(sv="{who} tar tillbaka samtalet.", en="{who} takes the call back.")
ENDS = Text(sv="{who} är fri.", en="{who} is free.")
CALLER_ENDS = Text(sv="Samtalet avslutas.", en="The call is ended.")
HANGS_UP = Text(sv="{who} lägger på.", en="{who} hangs up.")
TONED = Text(
    sv="{who} hör en mjuk ton: samtalet har varat en stund.",
    en="{who} hears a soft tone: the talk has lasted a while.",
)

ASKS = Text(sv="Telefonisten begär i sitt program: {wish}.", en="The operator asks in their program: {wish}.")
WISHES = {
    "transfer": Text(sv="koppla samtalet till {to}", en="transfer the call to {to}"),
    "confidential": Text(sv="märk samtalet med sekretess", en="mark the call as confidential"),
}
DOES = Text(sv="{who} {does} ({asked}).", en="{who} {does} ({asked}).")
ANSWERED = Text(sv="Svaret: {where} = {value}", en="The answer: {where} = {value}")
NOT_DONE = Text(sv="Det nekas ({rules}): {because}", en="That is refused ({rules}): {because}")
THREAT = Text(
    sv="Samtalet är märkt som hotsamtal, utan att det hördes.",
    en="The call is marked as a threat, and nothing of it was heard.",
)
CHECKS = Text(
    sv="hanvisa greetings check ringer de mobiler vars hälsning ska kontrolleras: {numbers}.",
    en="hanvisa greetings check rings the mobiles whose greeting is due for a check: {numbers}.",
)
VOICEMAIL = Text(
    sv="{who}: mobilsvaret svarar och säger sin hälsning.",
    en="{who}: the voicemail answers and says its greeting.",
)
CHECKED = {
    "voicemail": Text(
        sv="Hälsningen är inspelad och sparad: {who}.", en="The greeting is recorded and kept: {who}."
    ),
    "person": Text(
        sv="{who} svarade själv: prövas en annan dag.", en="{who} answered in person: tried another day."
    ),
    "off": Text(sv="{who} är avstängd: prövas en annan dag.", en="{who} is switched off: tried another day."),
}
DIALPLAN = Text(
    sv="En växel som inte är vår frågar över FastAGI: {script} ({arguments}).",
    en="A dialplan that is not ours asks over FastAGI: {script} ({arguments}).",
)
GIVEN_BACK = Text(sv="Den får {name} = {value}", en="It is given {name} = {value}")

FOUND_RUNNING = Text(sv="systemet som är i gång i {state}", en="the system that runs in {state}")
STARTING = Text(
    sv="Inget system är i gång: startar ett eget (Asterisk, tjänsten, demokatalogen, en halv minut) ...",
    en="No system runs: starting one for the demo (Asterisk, the service, the demo directory, half a minute) ...",
)
BEGINNING = Text(
    sv="Samtal på {system}: {count}. De rings sida vid sida och berättas i tur och ordning.",
    en="Calls on {system}: {count}. They are placed side by side, and told in order.",
)
OWN = Text(sv="ett eget system", en="a system of its own")
AS_EXPECTED = Text(sv="som väntat", en="as expected")
DIFFERS = Text(sv="AVVIKER vid steget {step}: {why}", en="DIFFERS at the step {step}: {why}")
NOT_TAKEN_BACK = Text(sv="Detta kunde inte återställas: {why}", en="This could not be taken back: {why}")
NOT_HERE = Text(
    sv="Samtal {number} hoppas över: det berättas bara på demons eget system (utan ./dev run).",
    en="Call {number} is left out: it is told only on the demo's own system (without ./dev run).",
)
ALL_WELL = Text(
    sv="Allt gick som väntat: {count} av {count} samtal ({seconds:.0f} s).",
    en="All went as expected: {count} of {count} calls ({seconds:.0f} s).",
)
RULES_MET = Text(
    sv="Alla {count} regler i policyn har mötts.", en="All {count} rules of the policy have been met."
)
RULES_UNMET = Text(sv="Dessa regler möttes inte nu: {unmet}.", en="These rules were not met now: {unmet}.")
SOME_DIFFER = Text(
    sv="{differing} av {count} samtal avvek ({seconds:.0f} s): {numbers}.",
    en="{differing} of {count} calls differed ({seconds:.0f} s): {numbers}.",
)
