from stuntcard.iso7816.instructions import Instruction


def test_no_instruction_is_one_of_the_invalid_values() -> None:
    # ISO 7816-4, 5.4.2: 6X and 9X would be mistaken for status words under T=0.
    assert [ins.name for ins in Instruction if ins >> 4 in (6, 9)] == []


def test_the_tlv_form_of_an_instruction_is_its_odd_neighbour() -> None:
    for ins in Instruction:
        if ins.name.endswith("_TLV"):
            assert ins == Instruction[ins.name.removesuffix("_TLV")] + 1
        else:
            assert ins % 2 == 0
