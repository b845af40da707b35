"""The kinds of cases, each by what it has after ``decide``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hanvisa.policy.case_absence import ArrivalCase, ReferralCase, UnansweredCase
from hanvisa.policy.case_asking import DepartmentCase, OffersCase, SubstituteCase, TextCase
from hanvisa.policy.case_attendant import PastReferralCase, PickUpCase, SentOnCase, WantedCase
from hanvisa.policy.case_codes import CodeCase
from hanvisa.policy.case_dialled import NumberCase
from hanvisa.policy.case_emergency import EmergencyCase
from hanvisa.policy.case_forwarding import ForwardingCase
from hanvisa.policy.case_greetings import CameCase, GreetingCase
from hanvisa.policy.case_guide import GuideCase, GuideStepCase
from hanvisa.policy.case_in_call import KeyedCase, MarkedCase, TakeBackCase, ThreatCase
from hanvisa.policy.case_messages import MessageCase, MessageDueCase, MessageMailCase, MessagesHeardCase
from hanvisa.policy.case_mobiles import TalkCase
from hanvisa.policy.case_on_the_spot import OnTheSpotCase
from hanvisa.policy.case_opening import OpeningCase
from hanvisa.policy.case_outgoing import CallbackCase, OutgoingCase
from hanvisa.policy.case_recordings import RecordingCase
from hanvisa.policy.case_transfer import ConsultCase, JoinCase
from hanvisa.policy.case_waiting import AttendanceCase, HeldCase, LostCase, WaitCase

AnyCase = Annotated[
    JoinCase
    | ConsultCase
    | OnTheSpotCase
    | ArrivalCase
    | UnansweredCase
    | ReferralCase
    | ForwardingCase
    | OpeningCase
    | NumberCase
    | SentOnCase
    | PastReferralCase
    | PickUpCase
    | WantedCase
    | OutgoingCase
    | OffersCase
    | TextCase
    | SubstituteCase
    | DepartmentCase
    | CodeCase
    | GuideCase
    | GuideStepCase
    | MessageCase
    | MessageDueCase
    | MessageMailCase
    | MessagesHeardCase
    | TalkCase
    | RecordingCase
    | KeyedCase
    | MarkedCase
    | ThreatCase
    | TakeBackCase
    | EmergencyCase
    | GreetingCase
    | CameCase
    | WaitCase
    | HeldCase
    | AttendanceCase
    | LostCase
    | CallbackCase,
    Field(discriminator="decide"),
]
