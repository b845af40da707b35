"""The ears tell a phrase from others under what the line does to it."""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hanvisa.lab import hearing
from hanvisa.lab.alaw import RATE, Samples, decode, encode
from hanvisa.lab.hearing import heard, heard_in_order, longest_silence, melody, score, silences

Spoken = dict[str, Samples]


def silence(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds), dtype=np.int16)


def clean(samples: Samples) -> Samples:
    return samples


def noise(samples: Samples) -> Samples:
    """At 15 dB below the speech."""
    loudness = float(np.sqrt(np.mean(samples.astype(float) ** 2)))
    added = np.random.default_rng(1).normal(0, loudness * 10 ** (-15 / 20), len(samples))
    return np.clip(samples + added, -32768, 32767).astype(np.int16)


def loss(samples: Samples) -> Samples:
    """Every tenth packet of 20 ms is gone."""
    lost = samples.copy()
    chosen = np.random.default_rng(2).random(len(samples) // 160) < 0.1
    for packet in np.flatnonzero(chosen):
        lost[packet * 160 : packet * 160 + 160] = 0
    return lost


def drift(samples: Samples) -> Samples:
    """A clock that is half a per cent fast."""
    return np.interp(np.arange(0, len(samples), 1.005), np.arange(len(samples)), samples).astype(np.int16)


def quieter(samples: Samples) -> Samples:
    return (samples // 2).astype(np.int16)


lines = pytest.mark.parametrize("line", [clean, noise, loss, drift, quieter])


@lines
def test_a_phrase_is_heard_where_it_is(spoken: Spoken, line: Callable[[Samples], Samples]) -> None:
    recording = line(np.concatenate([silence(1), spoken["greeting"], silence(0.5), spoken["meeting_eight"]]))
    found = heard(recording, spoken["meeting_eight"], [spoken["greeting"], spoken["offers"]])
    assert found.hit
    assert found.score > 0.8
    assert found.at == pytest.approx(1.5 + len(spoken["greeting"]) / RATE, abs=0.1)


@lines
def test_a_phrase_that_was_not_said_is_not_heard(spoken: Spoken, line: Callable[[Samples], Samples]) -> None:
    recording = line(
        np.concatenate([silence(1), spoken["greeting"], silence(1), spoken["offers"], silence(1)])
    )
    assert not heard(recording, spoken["meeting_eight"], [spoken["greeting"], spoken["offers"]]).hit


def test_one_word_apart_is_alike_and_so_pieces_are_checked(spoken: Spoken) -> None:
    alike, _ = score(spoken["meeting_nine"], spoken["meeting_eight"])
    assert alike > hearing.HIT
    apart = heard(
        np.concatenate([silence(0.2), spoken["nio"], silence(0.2)]), spoken["åtta"], [spoken["nio"]]
    )
    assert not apart.hit


@lines
def test_digits_are_heard_one_by_one_in_their_order(
    spoken: Spoken, line: Callable[[Samples], Samples]
) -> None:
    number = ["noll", "nio", "åtta", "noll", "tre", "ett", "nio", "två", "fyra", "fyra"]
    said = np.concatenate([np.concatenate([spoken[digit], silence(0.06)]) for digit in number])
    found = heard_in_order(line(said), [spoken[digit] for digit in number])
    assert [each.hit for each in found] == [True] * len(number)
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_a_wrong_last_digit_is_told(spoken: Spoken) -> None:
    said = np.concatenate([spoken["noll"], silence(0.06), spoken["nio"], silence(0.06), spoken["fyra"]])
    digits = [spoken[word] for word in ("noll", "nio", "fem")]
    found = heard_in_order(said, digits, [spoken[word] for word in ("fyra", "sju", "åtta")])
    assert [each.hit for each in found] == [True, True, False]


def test_what_was_said_right_before_is_no_rival() -> None:
    before, said = melody(1, 0.16), melody(2)
    mostly_before = np.concatenate([before[len(before) // 4 :], said[: len(before) // 4]])
    recording = np.concatenate([silence(0.5), before, said, silence(0.5)])
    assert score(recording, mostly_before)[0] > 0.9
    assert heard(recording, said, [mostly_before]).hit


def test_half_a_phrase_is_not_heard(spoken: Spoken) -> None:
    half = spoken["greeting"][: len(spoken["greeting"]) // 2]
    assert not heard(np.concatenate([half, silence(4)]), spoken["greeting"]).hit


def test_silence_is_nothing_to_hear() -> None:
    assert not heard(silence(3), melody(1)).hit
    assert not heard(silence(0), melody(1)).hit
    assert hearing.is_silent(silence(1))
    assert heard_in_order(melody(1), [silence(0.3)]) == []


def test_melodies_differ() -> None:
    others = [melody(seed) for seed in range(1, 6)]
    assert heard(np.concatenate([silence(0.5), melody(0), silence(0.5)]), melody(0), others).hit
    assert all(
        score(np.concatenate([silence(0.3), other, silence(0.3)]), melody(0))[0] < 0.55 for other in others
    )


def test_spans_of_silence() -> None:
    recording = np.concatenate([melody(1), silence(0.7), melody(2), silence(0.3)])
    long = [(start, end) for start, end in silences(recording) if end - start > 0.2]
    assert len(long) == 2
    assert longest_silence(recording) == pytest.approx(0.7, abs=0.06)


def test_a_long_recording_is_searched_fast(spoken: Spoken) -> None:
    recording = np.concatenate([silence(60), spoken["offers"], silence(60)])
    assert heard(recording, spoken["offers"]).at == pytest.approx(60, abs=0.05)


def test_files_as_asterisk_names_them(tmp_path: Path, spoken: Spoken) -> None:
    (tmp_path / "abc.alaw").write_bytes(encode(spoken["offers"]))
    assert score(spoken["offers"], str(tmp_path / "abc"))[0] > 0.98
    assert score(spoken["offers"], tmp_path / "abc.alaw")[0] > 0.98


def test_alaw_there_and_back() -> None:
    codes = bytes(range(256))
    assert encode(decode(codes)) == codes
    loud = np.array([-32768, -1000, 0, 1000, 32767], dtype=np.int16)
    assert decode(encode(loud)) == pytest.approx(loud.astype(int), rel=0.04, abs=16)


def test_what_asterisk_is_told_of_without_a_suffix_is_what_there_is(tmp_path: Path) -> None:
    spoken, recorded = melody(1), melody(2)
    (tmp_path / "spoken.alaw").write_bytes(encode(spoken))
    with wave.open(str(tmp_path / "hv-rec-1.0.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(recorded.tobytes())
    assert np.array_equal(hearing.samples_of(tmp_path / "spoken"), decode(encode(spoken)))
    assert np.array_equal(hearing.samples_of(tmp_path / "hv-rec-1.0"), recorded)


def test_an_ear_that_has_heard_the_beginning_hears_the_whole_as_one_that_hears_it_at_once(
    spoken: Spoken,
) -> None:
    """The end may have been silence that what was said took the place of."""
    whole = np.concatenate([silence(0.3), spoken["greeting"], silence(0.2), spoken["meeting_eight"]])
    ear = hearing.Ear()
    for seconds in (0.01, 0.4, 0.4, 1.23, 1.5, len(whole) / RATE):
        heard_by_now = whole[: int(RATE * seconds)]
        ear.spectrogram(np.concatenate([heard_by_now, silence(0.15)]))
        assert np.allclose(ear.spectrogram(heard_by_now), hearing.Ear().spectrogram(heard_by_now))
    files = [spoken["greeting"], spoken["meeting_eight"]]
    assert [each.at for each in heard_in_order(whole, files, ear=ear)] == pytest.approx(
        [each.at for each in heard_in_order(whole, files)]
    )
