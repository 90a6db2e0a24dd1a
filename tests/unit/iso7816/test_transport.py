import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.transport import Protocol, Transport

BOTH = pytest.mark.parametrize("protocol", list(Protocol))


class Client:
    """Sends hex to a Transport whose card always gives `answer`, and keeps what reached that card."""

    def __init__(self, protocol: Protocol, answer: Response | None = None, *, max_data: int = 65535) -> None:
        self.transport = Transport(protocol, max_data=max_data)
        self.answer = answer or Response(0x9000)
        self.handled: list[Command] = []
        self.fetched = 0

    def send(self, raw: str) -> bytes:
        return self.transport.exchange(bytes.fromhex(raw), self._handle)

    def note(self) -> None:
        """What a response calls when it is fetched."""
        self.fetched += 1

    def _handle(self, command: Command) -> Response:
        self.handled.append(command)
        return self.answer


def data(length: int) -> bytes:
    return bytes(i % 251 for i in range(length))


OK = bytes.fromhex("9000")


# Dialogues


def dialogues() -> Sequence[object]:
    """Protocol and lines of each dialogue, for both protocols where it names none."""
    text = re.sub(r" *;.*", "", Path(__file__).with_name("dialogues.apdu").read_text(encoding="utf-8"))
    found = []
    for part in text.split("\n# ")[1:]:
        title, *lines = part.splitlines()
        name, _, only = title.rstrip("]").partition(" [")
        for protocol in [Protocol[only]] if only else Protocol:
            found.append(pytest.param(protocol, [line for line in lines if line], id=f"{protocol.name}-{name}"))
    return found


def test_data_that_goes_out_unasked_at_t1_goes_as_far_as_a_short_answer_takes_it() -> None:
    client = Client(Protocol.T1, Response(0x9000, data(3), unasked=True))
    assert client.send("00A40400") == data(3) + OK
    client.answer = Response(0x9000, data(300), unasked=True)
    assert client.send("00A40400") == data(256) + bytes.fromhex("612C")
    assert client.send("00C000002C") == data(300)[256:] + OK


@pytest.mark.parametrize(("protocol", "lines"), dialogues())
def test_a_dialogue(protocol: Protocol, lines: list[str]) -> None:
    client = Client(protocol)
    for line in lines:
        match line.split():
            case ["card", sw, length]:
                client.answer = Response(int(sw, 16), data(int(length)), client.note)
            case ["at", "most", length]:
                client = Client(protocol, max_data=int(length))
            case ["reset"]:
                client.transport.reset()
            case ["fetched", times]:
                assert client.fetched == int(times)
            case ["reached", *commands]:
                assert [command.encode().hex().upper() for command in client.handled] == commands
            case _:
                sent, _, answer = line.partition("->")
                expected = re.sub(r"\[(\d+):(\d+)\]", lambda m: data(700)[int(m[1]) : int(m[2])].hex(), answer)
                for command in sent.split(","):
                    assert client.send(command).hex() == expected.replace(" ", "").lower(), line


def test_a_chained_command_may_be_longer_than_one_short_command() -> None:
    client = Client(Protocol.T1)
    for _ in range(2):
        assert client.send("10D60000FF" + "AB" * 255) == OK
    assert client.send("00D6000001CD") == OK
    assert client.handled == [Command(0x00, 0xD6, 0x00, 0x00, b"\xab" * 510 + b"\xcd")]


# Exceptions and any bytes


class PowerLossError(Exception):
    pass


def lose_power() -> None:
    raise PowerLossError


def lose_power_during(_: Command) -> Response:
    raise PowerLossError


@BOTH
def test_an_exception_of_the_card_passes_through_and_leaves_nothing_waiting(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("00CA010108")
    with pytest.raises(PowerLossError):
        client.transport.exchange(bytes.fromhex("00B0000000"), lose_power_during)
    assert client.send("00C000000C") == bytes.fromhex("6985")


@BOTH
def test_an_exception_while_fetching_passes_through_and_leaves_nothing_waiting(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(300), lose_power))
    with pytest.raises(PowerLossError):
        client.send("00CA010100")
    assert client.send("00C0000000") == bytes.fromhex("6985")


HEADERS = st.builds(
    lambda cla, ins, tail: bytes((cla, ins, 0, 0)) + tail,
    st.sampled_from([0x00, 0x10, 0x01, 0x51, 0x80, 0x90, 0xFF]),
    st.sampled_from([0xC0, 0xB0, 0xDB]),
    st.binary(max_size=12),
)
RESPONSES = st.builds(
    Response, st.sampled_from([0x9000, 0x6282, 0x6A82]), st.integers(0, 700).map(lambda length: bytes(length))
)


@given(
    st.sampled_from(Protocol),
    st.lists(st.tuples(st.one_of(st.binary(max_size=300), HEADERS), RESPONSES), max_size=12),
)
def test_any_bytes_get_at_least_a_status_word(protocol: Protocol, exchanges: list[tuple[bytes, Response]]) -> None:
    client = Client(protocol)
    for raw, answer in exchanges:
        client.answer = answer
        assert len(client.send(raw.hex())) >= 2
    assert all(not command.chained for command in client.handled)


@given(st.sampled_from(Protocol), st.integers(1, 2000), st.data())
def test_whatever_lengths_a_client_asks_for_it_gets_the_whole_answer(
    protocol: Protocol, length: int, draw: st.DataObject
) -> None:
    client = Client(protocol, Response(0x9000, data(length)))
    le = draw.draw(st.integers(0, 255))
    answer = client.send(f"00CB3FFF{le:02X}")
    fetched = answer[:-2]
    while answer[-2] == 0x61:
        remaining = answer[-1] or 256
        assert remaining == min(256, length - len(fetched))
        le = draw.draw(st.integers(1, remaining))
        answer = client.send(f"00C00000{le & 0xFF:02X}")
        fetched += answer[:-2]
    assert answer[-2:] == OK
    assert fetched == data(length)


# Commands answered part by part


@BOTH
def test_parts_of_a_long_text_are_answered_one_by_one_and_break_no_chain(protocol: Protocol) -> None:
    transport = Transport(protocol)
    handled: list[Command] = []

    def handle(command: Command) -> Response:
        handled.append(command)
        return Response(0x9000, bytes(reversed(command.data)))

    def send(raw: str) -> bytes:
        return transport.exchange(bytes.fromhex(raw), handle, lambda command: command.p1p2 == 0x8480)

    assert send("102A84800301020300") == bytes.fromhex("030201") + OK
    assert send("102A84800304050600") == bytes.fromhex("060504") + OK
    assert send("002A84800307080900") == bytes.fromhex("090807") + OK
    assert [command.chained for command in handled] == [True, True, False]
    assert send("102A9E9A020102") == OK
    assert send("102A8480020102") == bytes.fromhex("6883")
    assert send("002A9E9A01FF00") == bytes.fromhex("FF") + OK
