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
        EmergencyDialled(),
        "Nödsamtal. Någon har ringt ett ett två. Platsen är okänd.",
        "Emergency call. Somebody has dialled one one two. The place is unknown.",
    ),
]
