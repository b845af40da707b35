"""The sentences in which calls are told, in both languages. The names are those that `calls` writes in the log."""

from __future__ import annotations

from hanvisa.calllog import code_words
from hanvisa.policy.model import Text

SOMEONE = Text(sv="någon", en="somebody")
NO_NUMBER = Text(sv="okänt nummer", en="an unknown number")

OPENED = Text(sv="Samtal från {caller} till {called}.", en="Call from {caller} to {called}.")
PRIVATE = Text(
    sv="Ett privat samtal: av numret sparas bara början.",
    en="A private call: no more than the beginning of the number is kept.",
)

SILENT_STAGES = (
    "Arriving",
    "Referring",
    "ReferringMembers",
    "SwitchingOpen",
    "OfferingToWait",
    "Closed",
    "Unattended",
    "DialledCode",
    "Parking",
    "ReviewingMessage",
    "ListeningToMessages",
    "ReviewingOwn",
)
"""What comes right after them says as much."""

STAGES = {
    "ReachingPerson": Text(sv="Gäller {target}.", en="It is for {target}."),
    "ReachingMembers": Text(
        sv="Gäller {target}: medlemmarna rings.",
        en="It is for {target}: its members are rung.",
    ),
    "LeavingMessage": Text(
        sv="Vill lämna ett meddelande till {target}.", en="Wants to leave a message for {target}."
    ),
    "AskingToBeRung": Text(sv="Vill bli uppringd av {target}.", en="Wants to be rung back by {target}."),
    "AtSwitchboard": Text(sv="Vid växeln.", en="At the switchboard."),
    "LeavingNumber": Text(
        sv="Den som ringer vill bli uppringd i stället för att vänta.",
        en="The caller wants to be rung back instead of waiting.",
    ),
    "RingingBack": Text(
        sv="Telefonisten har svarat; den som lämnade sitt nummer rings upp.",
        en="The operator has answered; whoever left a number is rung.",
    ),
    "GivenUp": Text(
        sv="Den som lämnade sitt nummer har svarat och får veta varför det inte rings upp.",
        en="Whoever left a number has answered, and is told why it is not rung back.",
    ),
    "NightService": Text(
        sv="Växeln är stängd: jouren rings.", en="The switchboard is closed: the on-call list."
    ),
    "BackToOperator": Text(
        sv="Tillbaka till telefonisten ({target}).", en="Back to the operator ({target})."
    ),
    "CampingOn": Text(
        sv="Väntar med musik på att {target} ska bli ledig.",
        en="Waits with music until {target} is free.",
    ),
    "Parked": Text(
        sv="Parkerad för {target}: musik tills någon hämtar samtalet.",
        en="Parked for {target}: music until somebody picks up.",
    ),
    "PickingUp": Text(
        sv="Vill hämta den som är parkerad för {target}.", en="Wants the caller who is parked for {target}."
    ),
    "CallingOut": Text(sv="Samtalet går ut på nätet.", en="The call goes out to the network."),
    "OnHold": Text(sv="Den ena parten hör musik.", en="One party hears music."),
    "RecordingOwn": Text(sv="Talar in sitt namn eller en hälsning.", en="Records their name or a greeting."),
    "Alarming": Text(
        sv="En telefonist ska få veta att någon har ringt 112.",
        en="An operator is to be told that somebody has dialled 112.",
    ),
    "Guiding": Text(sv="Guiden om telefonen.", en="The guide to the telephone."),
    "Talking": Text(sv="De talar med varandra.", en="They talk with each other."),
    "Transferred": Text(sv="Skickas vidare till {dialled}.", en="Sent on to {dialled}."),
    "Apologising": Text(
        sv="Något gick fel hos oss; den som ringer får veta det.",
        en="Something went wrong on our side; the caller is told.",
    ),
}
OTHER_STAGE = Text(sv="Steg: {name}.", en="Stage: {name}.")

SIGNALS = {
    "ringing": Text(sv="Det ringer hos {phone}.", en="{phone} rings."),
    "unreachable": Text(sv="{phone} kan inte nås ({why}).", en="{phone} can't be reached ({why})."),
    "transfer": Text(
        sv="{who} vill koppla {manner} till {target}.", en="{who} wants to transfer, {manner}, to {target}."
    ),
    "taken": Text(sv="{who} tar samtalet.", en="{who} takes the call."),
    "not_taken": Text(
        sv="{who} fick inte samtalet; den som ringer väntar kvar.",
        en="{who} did not get the call; the caller waits on.",
    ),
    "handed_over": Text(
        sv="{who} lämnar över samtalet till {whom}.", en="{who} hands the call over to {whom}."
    ),
    "to_message": Text(
        sv="Telefonisten låter den som ringer lämna ett meddelande till {who}.",
        en="The operator lets the caller leave a message for {who}.",
    ),
    "redirect": Text(sv="Telefonen hänvisar vidare till {target}.", en="The phone redirects to {target}."),
    "redirect_private": Text(
        sv="Telefonen hänvisar vidare till {target}, med privatsamtalens prefix: det följs inte (P1).",
        en="The phone redirects to {target}, with the prefix of private calls: it is not followed (P1).",
    ),
    "redirect_refused": Text(
        sv="Telefonen hänvisar vidare till {target}, dit ingen telefon får vidarekopplas: det följs inte (M3).",
        en="The phone redirects to {target}, where no phone may be forwarded: it is not followed (M3).",
    ),
    "operator_paused": Text(
        sv="Telefonisten {who} svarade inte ({why}) och är pausad.",
        en="The operator {who} did not answer ({why}) and is paused.",
    ),
    "phone_lost": Text(
        sv="Telefonen hos {who} har dött; den som ringer går först i kön.",
        en="The phone of {who} has died; the caller goes to the head of the queue.",
    ),
    "held_reminder": Text(
        sv="{who} påminns om den som är parkerad.", en="{who} is reminded of the caller on hold."
    ),
    "held_too_long": Text(
        sv="Den som ringer har varit parkerad för länge hos {who} och går först i kön.",
        en="{who} has held the caller for too long, who goes to the head of the queue.",
    ),
    "marked_threat": Text(
        sv="{who} märker samtalet som hotsamtal; uppgifterna sparas.",
        en="{who} marks the call as a threat; its record is kept.",
    ),
    "threat_recording": Text(sv="Hotsamtalet spelas in.", en="The threatening call is recorded."),
    "threat_recorded": Text(sv="Inspelningen är sparad som bevis.", en="The recording is kept as evidence."),
    "threat_not_kept": Text(
        sv="Inspelningen kunde inte sparas: {why}.", en="The recording could not be kept: {why}."
    ),
    "adopted": Text(
        sv="Tjänsten hade startats om och tog över samtalet.",
        en="The service had been restarted and took the call on.",
    ),
    "node_lost": Text(
        sv="Noden {node}, som hade samtalet, svarar inte mer: samtalet är brutet.",
        en="The node {node}, which had the call, does not answer any more: the call is lost.",
    ),
    "marked_confidential": Text(
        sv="{who} märker samtalet med sekretess (M4).", en="{who} marks the call as confidential (M4)."
    ),
    "recording": Text(sv="Det spelas in.", en="It is recorded."),
    "message_read": Text(sv="Meddelandet är avlyssnat.", en="The message was heard."),
    "message_handled": Text(sv="Meddelandet är besvarat.", en="The message is handled."),
    "message_failed": Text(sv="Meddelandet kunde inte tas emot.", en="The message could not be taken."),
    "with_mobile": Text(sv="Den ena talar i en mobil (M5).", en="One of them is on a mobile (M5)."),
    "without_mobile": Text(
        sv="Ingen av dem talar längre i en mobil (M5).", en="Neither of them is on a mobile any more (M5)."
    ),
    "mobile_tone": Text(
        sv="En ton påminner båda om hur länge samtalet med mobilen har varat (M5).",
        en="A tone reminds both how long the talk with the mobile has lasted (M5).",
    ),
    "texted": Text(
        sv="Direktnumret till {who} ska skickas som sms (O1).",
        en="The direct number of {who} is to be sent as a text message (O1).",
    ),
    "not_texted": Text(sv="Sms:et kunde inte läggas på kö.", en="The text message could not be queued."),
    "not_heard": Text(
        sv="Ingen fick höra det: det gick inte att spela upp.",
        en="Nobody heard it: it could not be played.",
    ),
    "interrupted": Text(
        sv="Asterisk svarade inte; steget {stage} väntar på det: {why}.",
        en="Asterisk did not answer; the stage {stage} waits for it: {why}.",
    ),
    "failure": Text(sv="Steget {stage} gick fel: {why}.", en="The stage {stage} failed: {why}."),
}
ATTENDED = Text(sv="efter förfrågan", en="attended")
BLIND = Text(sv="direkt", en="blind")

EFFECTS = {
    "allow": Text(sv="släpps fram", en="let through"),
    "refuse": Text(sv="nekas", en="refused"),
    "refer": Text(sv="hänvisas", en="referred"),
    "wait": Text(sv="får vänta", en="may wait"),
    "recall": Text(sv="går tillbaka till telefonisten", en="goes back to the operator"),
}
DECIDED = Text(
    sv="Beslut: {effect}, enligt {rules}: {because}", en="Decision: {effect}, by {rules}: {because}"
)
DECIDED_BY_NO_RULE = Text(sv="Beslut: {effect}. {because}", en="Decision: {effect}. {because}")
BY_EXCEPTION = Text(sv="Ett undantag släppte fram det.", en="An exception let it through.")
"""Its reason is told with the decision."""
INSTEAD = Text(sv="I stället: {what}", en="Instead: {what}")
DECIDED_THE_SAME = Text(sv="Prövat på nytt: samma beslut.", en="Decided again: the same.")
DECIDED_OTHERWISE = Text(
    sv="Prövat på nytt blir beslutet ett annat: {effect}, enligt {rules}: {because}",
    en="Decided again the answer differs: {effect}, by {rules}: {because}",
)
DECIDED_OTHERWISE_BY_NO_RULE = Text(
    sv="Prövat på nytt blir beslutet ett annat: {effect}. {because}",
    en="Decided again the answer differs: {effect}. {because}",
)
FACTS_PURGED = Text(
    sv="Det som beslutet byggde på är gallrat, så det kan inte prövas på nytt.",
    en="What it was decided from has been purged, so it can't be decided again.",
)
NOT_DECIDED_AGAIN = Text(sv="Kan inte prövas på nytt: {why}.", en="Can't be decided again: {why}.")

COMMAND = Text(sv="Kommando: {what}.", en="Command: {what}.")
COMMAND_FAILED = Text(
    sv="Ett kommando till växeln gick fel: {why}.", en="A command to Asterisk failed: {why}."
)

LISTENERS = {
    "caller": Text(sv="Den som ringer", en="The caller"),
    "operator": Text(sv="Telefonisten", en="The operator"),
    "other": Text(sv="Den andra parten", en="The other party"),
    "both": Text(sv="De som talar", en="Those who talk"),
}
HEARD = Text(sv="{who} hör: «{words}»", en="{who} hears: “{words}”")
PRESSED = Text(sv="Trycker {digit}.", en="Presses {digit}.")

WHYS = {
    "absent": Text(sv="frånvarande", en="absent"),
    "busy": Text(sv="upptaget", en="busy"),
    "no_answer": Text(sv="inget svar", en="no answer"),
    "unplugged": Text(sv="telefonen är inte inkopplad", en="the phone is unplugged"),
    "not_rung": Text(sv="telefonen kunde inte ringas upp", en="the phone could not be rung"),
    "nobody": Text(sv="ingen är anträffbar", en="nobody is reachable"),
    "open": Text(sv="öppen", en="open"),
    "closed": Text(sv="stängd", en="closed"),
    "paused": Text(sv="pausad", en="paused"),
    "nothing": Text(sv="inget hördes", en="nothing was heard"),
    "too_long": Text(sv="för långt", en="too long"),
    **code_words.DONE,
    **code_words.FAULTS,
}
OUTCOMES = {
    "referred": Text(sv="Hänvisning för {who} ({why}).", en="Referral for {who} ({why})."),
    "message": Text(sv="Meddelandet är lämnat till {who}.", en="The message has been left for {who}."),
    "messages": Text(sv="{who} avlyssnar sina meddelanden.", en="{who} hears their messages."),
    "ring_back": Text(
        sv="{who} har fått veta att den som ringde vill bli uppringd.",
        en="{who} has been told that the caller wants to be rung back.",
    ),
    "operator": Text(sv="Telefonisten {who} svarade.", en="The operator {who} answered."),
    "picked_up": Text(sv="{who} hämtade den som var parkerad.", en="{who} picked up the parked caller."),
    "callback": Text(
        sv="Numret är lämnat; platsen i kön är kvar.",
        en="The number is left; the place in the queue is kept.",
    ),
    "rung_back": Text(sv="Den som väntade är uppringd.", en="Whoever waited has been rung back."),
    "rung_back_later": Text(
        sv="Den som skulle ringas upp nåddes inte ({why}). Ett försök till görs senare.",
        en="Whoever was to be rung back was not reached ({why}). There is one more try later.",
    ),
    "not_rung_back": Text(
        sv="Den som skulle ringas upp nåddes inte ({why}), och inget mer försök görs.",
        en="Whoever was to be rung back was not reached ({why}), and there are no more tries.",
    ),
    "no_operator": Text(sv="Ingen telefonist är öppen.", en="No operator is open."),
    "closed": Text(sv="Växeln är stängd.", en="The switchboard is closed."),
    "night_service": Text(sv="Jouren ({who}) svarade.", en="Whoever is on call ({who}) answered."),
    "unknown_number": Text(sv="Numret leder ingenstans.", en="The number leads nowhere."),
    "outside_failed": Text(
        sv="Det externa numret nåddes inte ({why}).", en="The outside number was not reached ({why})."
    ),
    "refused": Text(
        sv="Numret kopplades inte, enligt {rules}.", en="The number was not put through, by {rules}."
    ),
    "barred": Text(
        sv="Numret kopplades inte: det får inte ringas därifrån.",
        en="The number was not put through: it may not be called from there.",
    ),
    "transfer_refused": Text(
        sv="Kopplingen nekades, enligt {rules}. Den som ringer är kvar hos {who}.",
        en="The transfer was refused, by {rules}. The caller is still with {who}.",
    ),
    "code_refused": Text(sv="Koden gällde inte där.", en="The code was not valid there."),
    "code": Text(sv="Koden utfördes: {why}.", en="The code was carried out: {why}."),
    "code_wrong": Text(sv="Koden gick inte: {why}.", en="The code was wrong: {why}."),
    "code_not_stored": Text(
        sv="Koden kunde inte lagras i tid, och inget ändrades.",
        en="The code could not be stored in time, and nothing was changed.",
    ),
    "emergency": Text(
        sv="{who} har ringt 112; telefonisterna får veta det.",
        en="{who} has dialled 112; the operators are told.",
    ),
    "put_through_to_emergency": Text(
        sv="{who} kopplar till 112; de andra telefonisterna får veta det.",
        en="{who} puts the call through to 112; the other operators are told.",
    ),
    "recording_wrong": Text(sv="Inspelningen togs inte: {why}.", en="The recording was not taken: {why}."),
    "recording_not_kept": Text(sv="Inspelningen sparades inte.", en="The recording was not kept."),
    "operator_state": Text(
        sv="Telefonistplatsen är nu {state}.", en="The operator's position is now {state}."
    ),
}
OTHER_OUTCOME = Text(sv="Utfall: {what}.", en="Outcome: {what}.")
UNREFERRED = Text(sv="Räknas som frånvaro utan hänvisning (G1).", en="Counted as an unreferred absence (G1).")

CLOSED = {
    "ended": Text(sv="Samtalet är slut.", en="The call is over."),
    "in_the_dialplan": Text(
        sv="Samtalet kopplas av växeln själv.", en="Asterisk puts the call through by itself."
    ),
    "caller_hung_up": Text(sv="Den som ringde har lagt på.", en="The caller has hung up."),
    "brought_out": Text(
        sv="Asterisk gick inte att nå; växeln kopplar samtalet själv.",
        en="Asterisk could not be reached; it puts the call through by itself.",
    ),
    "ended_meanwhile": Text(
        sv="Samtalet tog slut medan tjänsten var borta.", en="The call ended while the service was away."
    ),
    "ended_by_operator": Text(
        sv="Telefonisten har avslutat samtalet.", en="The operator has ended the call."
    ),
    "joined_to_another_call": Text(
        sv="Samtalet har kopplats ihop med ett annat.", en="The call was joined to another."
    ),
}
OTHER_END = Text(sv="Samtalet är slut ({reason}).", en="The call is over ({reason}).")
OTHER = Text(sv="Noterat: {what}.", en="Noted: {what}.")
