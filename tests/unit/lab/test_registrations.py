"""What a phone's trace says of its registrations."""

from hanvisa.lab import registrations

OURS, OTHERS = "<sip:anna@127.0.0.1:41010>", "<sip:anna@127.0.0.1:43143>"


def request(call_id: str, number: int, account: str = "anna") -> str:
    return (
        "1.000 TX UDP 127.0.0.1:41010 -> 127.0.0.1:41000\nREGISTER sip:127.0.0.1:41000 SIP/2.0\n"
        f"Contact: <sip:{account}@127.0.0.1:41010>;expires=600\nTo: <sip:{account}@127.0.0.1:41000>\n"
        f"Call-ID: {call_id}\nCSeq: {number} REGISTER\n"
    )


def answer(call_id: str, number: int, *contacts: str, status: str = "200 OK") -> str:
    told = "".join(f"Contact: {contact};expires=599\n" for contact in contacts)
    return (
        f"1.001 RX UDP 127.0.0.1:41000 -> 127.0.0.1:41010\nSIP/2.0 {status}\nTo: <sip:anna@127.0.0.1>\n"
        f"Call-ID: {call_id}\nCSeq: {number} REGISTER\n{told}"
    )


def test_a_phone_is_there_when_the_last_answer_has_its_contact() -> None:
    trace = [request("new", 1), answer("new", 1, status="401 Unauthorized"), request("new", 2)]
    assert not registrations.are_answered(trace, "anna")
    assert not registrations.is_there(trace, "anna")
    trace.append(answer("new", 2, OURS, OTHERS))
    assert registrations.are_answered(trace, "anna")
    assert registrations.is_there(trace, "anna")


def test_a_former_registrations_end_that_comes_last_takes_it_away() -> None:
    trace = [request("former", 7), request("new", 2), answer("new", 2, OURS), answer("former", 7, OTHERS)]
    assert registrations.are_answered(trace, "anna")
    assert not registrations.is_there(trace, "anna")


def test_other_phones_and_provisional_answers_do_not_count() -> None:
    trace = [request("theirs", 1, "bo"), request("new", 1), answer("new", 1, status="100 Trying")]
    assert not registrations.are_answered(trace, "anna")
    assert registrations.are_answered(trace[:1], "anna")
