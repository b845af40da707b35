"""What operators are told of calls to 112, word by word."""

from hanvisa.calls.prompts import EmergencyDialled, Prompt

PROMPTS: list[tuple[Prompt, str, str]] = [
    (
        EmergencyDialled("Gun Bergqvist", "207", "Hällefors kommunhus"),
        (
            "Nödsamtal. Gun Bergqvist, på anknytning två noll sju, har ringt ett ett två. "
            "Platsen är Hällefors kommunhus."
        ),
        (
            "Emergency call. Gun Bergqvist, at extension two zero seven, has dialled one one two. "
            "The place is Hällefors kommunhus."
        ),
    ),
    (
        EmergencyDialled(number="+46980319246", operator="Ulla Brandt"),
        (
            "Nödsamtal. Någon, på nummer noll nio åtta noll, trettioett, nittiotvå, fyrtiosex, "
            "har kopplats till ett ett två av Ulla Brandt. Platsen är okänd."
        ),
        (
            "Emergency call. Somebody, at the number plus four six, nine eight zero, three one, nine two, four six, "
            "has been put through to one one two by Ulla Brandt. The place is unknown."
        ),
    ),
    (
        EmergencyDialled(),
        "Nödsamtal. Någon har ringt ett ett två. Platsen är okänd.",
        "Emergency call. Somebody has dialled one one two. The place is unknown.",
    ),
]
