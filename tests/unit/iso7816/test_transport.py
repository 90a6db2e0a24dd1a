from collections.abc import Callable

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

    def send(self, raw: str) -> bytes:
        return self.transport.exchange(bytes.fromhex(raw), self._handle)

    def _handle(self, command: Command) -> Response:
        self.handled.append(command)
        return self.answer


def data(length: int) -> bytes:
    return bytes(i % 251 for i in range(length))


OK = bytes.fromhex("9000")


# Plain commands


@BOTH
def test_a_command_and_its_answer_pass_through(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(16)))
    assert client.send("00B0000010") == data(16) + OK
    assert client.handled == [Command(0x00, 0xB0, 0x00, 0x00, b"", 16)]


@BOTH
def test_fewer_bytes_than_le_are_given_as_they_are(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(5)))
    assert client.send("00B0000000") == data(5) + OK
    assert client.send("00B0000010") == data(5) + OK


@BOTH
@pytest.mark.parametrize(
    ("raw", "sw"), [("", "6700"), ("00A4", "6700"), ("00D600000201", "6700"), ("FFCA000000", "6E00")]
)
def test_malformed_bytes_never_reach_the_card(protocol: Protocol, raw: str, sw: str) -> None:
    client = Client(protocol)
    assert client.send(raw) == bytes.fromhex(sw)
    assert client.handled == []


@BOTH
@pytest.mark.parametrize("raw", ["00B00000", "00B0000002", "00B0000000", "00A40000023F00"])
def test_a_warning_or_error_with_data_goes_out_whole(protocol: Protocol, raw: str) -> None:
    client = Client(protocol, Response(0x6282, data(5)))
    assert client.send(raw) == data(5) + bytes.fromhex("6282")
    assert client.send("00C0000005") == bytes.fromhex("6985")


# Long answers


@BOTH
def test_a_long_answer_is_fetched_with_get_response(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(600)))
    assert client.send("00CB3FFF00") == data(600)[:256] + bytes.fromhex("6100")
    assert client.send("00C0000000") == data(600)[256:512] + bytes.fromhex("6158")
    assert client.send("00C0000058") == data(600)[512:] + OK
    assert client.send("00C0000058") == bytes.fromhex("6985")
    assert len(client.handled) == 1


@BOTH
def test_more_than_le_leaves_the_rest_waiting(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    assert client.send("00CA010108") == data(20)[:8] + bytes.fromhex("610C")
    assert client.send("00C0000004") == data(20)[8:12] + bytes.fromhex("6108")
    assert client.send("00C0000000") == data(20)[12:] + OK


def test_an_extended_le_takes_the_whole_answer() -> None:
    client = Client(Protocol.T1, Response(0x9000, data(600)))
    assert client.send("00CB3FFF000000") == data(600) + OK
    assert client.send("00CB3FFF000100") == data(600)[:256] + bytes.fromhex("6100")


@BOTH
def test_get_response_with_a_wrong_length_is_told_the_right_one(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("00CA010108")
    assert client.send("00C000000D") == bytes.fromhex("6C0C")
    assert client.send("00C000000C") == data(20)[8:] + OK


@BOTH
def test_a_get_response_that_is_refused_loses_nothing(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("00CA010108")
    assert client.send("00C0010000") == bytes.fromhex("6A86")
    assert client.send("00C00000") == bytes.fromhex("6700")
    assert client.send("00C0000001FF00") == bytes.fromhex("6700")
    assert client.send("00C0000000") == data(20)[8:] + OK


@BOTH
def test_get_response_with_nothing_waiting(protocol: Protocol) -> None:
    client = Client(protocol)
    assert client.send("00C0000000") == bytes.fromhex("6985")
    assert client.handled == []


@BOTH
def test_any_other_command_throws_away_what_waits(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    for other in ("00A40000", "00"):
        client.answer = Response(0x9000, data(20))
        client.send("00CA010108")
        client.answer = Response(0x9000)
        client.send(other)
        assert client.send("00C000000C") == bytes.fromhex("6985")


@BOTH
def test_the_start_of_a_chain_throws_away_what_waits(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("00CA010108")
    assert client.send("10D6000001AA") == OK
    assert client.send("00C000000C") == bytes.fromhex("6883")
    assert client.send("00C000000C") == bytes.fromhex("6985")


@BOTH
def test_reset_forgets_what_waits(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("00CA010108")
    client.transport.reset()
    assert client.send("00C000000C") == bytes.fromhex("6985")


@BOTH
def test_get_response_may_carry_the_proprietary_class_of_the_command(protocol: Protocol) -> None:
    client = Client(protocol, Response(0x9000, data(20)))
    client.send("80CA010108")
    assert client.send("80C0000000") == data(20)[8:] + OK
    client.answer = Response(0x6E00)
    assert client.send("80C0000000") == bytes.fromhex("6E00")  # nothing waits: the card's own affair


# Without Le


def test_t0_keeps_the_data_of_a_command_without_le_for_get_response() -> None:
    client = Client(Protocol.T0, Response(0x9000, data(20)))
    assert client.send("00A40000023F00") == bytes.fromhex("6114")
    assert client.send("00C0000014") == data(20) + OK
    client.answer = Response(0x9000, data(256))
    assert client.send("002A9E9A0155") == bytes.fromhex("6100")
    assert client.send("00C0000000") == data(256) + OK


def test_t1_without_le_expects_no_data() -> None:
    client = Client(Protocol.T1, Response(0x9000, data(20)))
    assert client.send("00A40000023F00") == OK
    assert client.send("00C0000014") == bytes.fromhex("6985")


@BOTH
def test_case_4_with_le_has_its_data_at_once(protocol: Protocol) -> None:
    # T=0 proper has no such form, but a reader that passes whole APDUs through sends it.
    client = Client(protocol, Response(0x9000, data(20)))
    assert client.send("00A40000023F0000") == data(20) + OK


# Chaining


@BOTH
def test_the_parts_of_a_chain_become_one_command(protocol: Protocol) -> None:
    client = Client(protocol)
    assert client.send("10DB3FFF02AABB") == OK
    assert client.send("10DB3FFF01CC") == OK
    assert client.handled == []
    assert client.send("00DB3FFF02DDEE") == OK
    assert client.handled == [Command(0x00, 0xDB, 0x3F, 0xFF, bytes.fromhex("AABBCCDDEE"))]


def test_the_last_part_says_how_much_is_expected() -> None:
    client = Client(Protocol.T1, Response(0x9000, data(8)))
    client.send("102A808602AABB")
    assert client.send("002A808601CC08") == data(8) + OK
    assert client.handled == [Command(0x00, 0x2A, 0x80, 0x86, bytes.fromhex("AABBCC"), 8)]


def test_a_chain_in_another_channel() -> None:
    client = Client(Protocol.T1)
    assert client.send("51DB3FFF01AA") == OK
    assert client.send("41DB3FFF01BB") == OK
    assert client.handled == [Command(0x41, 0xDB, 0x3F, 0xFF, bytes.fromhex("AABB"))]


def test_a_chained_command_may_be_longer_than_one_short_command() -> None:
    client = Client(Protocol.T1)
    for _ in range(2):
        assert client.send("10D60000FF" + "AB" * 255) == OK
    assert client.send("00D6000001CD") == OK
    assert client.handled == [Command(0x00, 0xD6, 0x00, 0x00, b"\xab" * 510 + b"\xcd")]


@BOTH
@pytest.mark.parametrize(
    "other",
    [
        "00A40000",  # another instruction
        "00DB3FFE01BB",  # another P2
        "00DB3EFF01BB",  # another P1
        "01DB3FFF01BB",  # another channel
        "80DB3FFF01BB",  # another class
        "11DB3FFF01BB",  # the start of another chain
        "00C0000000",
    ],
)
def test_another_command_breaks_the_chain_and_is_not_done(protocol: Protocol, other: str) -> None:
    client = Client(protocol)
    client.send("10DB3FFF01AA")
    assert client.send(other) == bytes.fromhex("6883")
    assert client.handled == []
    assert client.send("00DB3FFF01BB") == OK
    assert client.handled == [Command(0x00, 0xDB, 0x3F, 0xFF, b"\xbb")]


@BOTH
def test_malformed_bytes_break_the_chain(protocol: Protocol) -> None:
    client = Client(protocol)
    client.send("10DB3FFF01AA")
    assert client.send("00DB3F") == bytes.fromhex("6700")
    client.send("00DB3FFF01BB")
    assert client.handled == [Command(0x00, 0xDB, 0x3F, 0xFF, b"\xbb")]


def test_reset_breaks_the_chain() -> None:
    client = Client(Protocol.T1)
    client.send("10DB3FFF01AA")
    client.transport.reset()
    client.send("00DB3FFF01BB")
    assert client.handled == [Command(0x00, 0xDB, 0x3F, 0xFF, b"\xbb")]


@pytest.mark.parametrize("last", ["10DB3FFF0155", "00DB3FFF0155"])
def test_a_chain_too_long_is_dropped(last: str) -> None:
    client = Client(Protocol.T1, max_data=4)
    client.send("10DB3FFF0411223344")
    assert client.send(last) == bytes.fromhex("6700")
    assert client.send("00DB3FFF0177") == OK
    assert client.handled == [Command(0x00, 0xDB, 0x3F, 0xFF, b"\x77")]


def test_a_chain_may_be_just_as_long_as_allowed() -> None:
    client = Client(Protocol.T1, max_data=4)
    client.send("10DB3FFF03112233")
    assert client.send("00DB3FFF0144") == OK
    assert client.handled[0].data == bytes.fromhex("11223344")


def test_a_proprietary_class_has_no_chaining_bit() -> None:
    client = Client(Protocol.T1)
    client.send("90DB3FFF01AA")
    assert client.handled == [Command(0x90, 0xDB, 0x3F, 0xFF, b"\xaa")]


def test_chained_get_response_is_answered_here_too() -> None:
    client = Client(Protocol.T1)
    assert client.send("10C0000000") == OK
    assert client.send("00C0000000") == bytes.fromhex("6985")
    assert client.handled == []


# when_fetched


def fetched_counter() -> tuple[list[str], Callable[[], None]]:
    calls: list[str] = []
    return calls, lambda: calls.append("fetched")


@BOTH
@pytest.mark.parametrize("sw", [0x9000, 0x6282])
def test_fetched_at_once(protocol: Protocol, sw: int) -> None:
    calls, when_fetched = fetched_counter()
    client = Client(protocol, Response(sw, data(8), when_fetched))
    client.send("0046000000")
    assert calls == ["fetched"]


def test_fetched_only_with_get_response_and_only_once() -> None:
    calls, when_fetched = fetched_counter()
    client = Client(Protocol.T0, Response(0x9000, data(300), when_fetched))
    assert client.send("0046000001AA") == bytes.fromhex("6100")
    assert calls == []
    client.send("00C0000000")
    assert calls == ["fetched"]
    client.send("00C0000000")
    assert calls == ["fetched"]


@BOTH
def test_fetched_with_the_first_part_of_a_long_answer(protocol: Protocol) -> None:
    calls, when_fetched = fetched_counter()
    client = Client(protocol, Response(0x9000, data(300), when_fetched))
    client.send("0046000000")
    assert calls == ["fetched"]
    client.send("00C0000000")
    assert calls == ["fetched"]


def test_a_refused_get_response_fetches_nothing() -> None:
    calls, when_fetched = fetched_counter()
    client = Client(Protocol.T0, Response(0x9000, data(8), when_fetched))
    client.send("0046000001AA")
    client.send("00C0000009")
    assert calls == []
    client.send("00C0000008")
    assert calls == ["fetched"]


def test_never_fetched() -> None:
    calls, when_fetched = fetched_counter()
    thrown_away = Client(Protocol.T0, Response(0x9000, data(8), when_fetched))
    thrown_away.send("0046000001AA")
    thrown_away.answer = Response(0x9000)
    thrown_away.send("00A40000")
    thrown_away.send("00C0000008")
    Client(Protocol.T1, Response(0x9000, data(8), when_fetched)).send("0046000001AA")
    Client(Protocol.T1, Response(0x9000, b"", when_fetched)).send("0046000000")
    assert calls == []


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
