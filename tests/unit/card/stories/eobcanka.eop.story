; The public commands of eObčanka that are about codes: DOK 11111111 (10) and IOK 2222 (11). What is asked of a code is
; answered by its state, its tries left and the most that it has.

@as handed over
select-eop -> 9000

@set (as handed over)
act office set-identification dok=11111111 iok=2222 -> DONE

## States of the codes (as handed over) [EO-08 EO-09]
about-iok, about-dok -> 00 03 03 / 00 0A 0A
act office set-identification dok=11111111 iok=2222, about-iok, about-dok -> DONE / 01 03 03 / 01 0A 0A
change-eop 11 9999 3333 *3 -> 63C2 / 63C1 / 63C0
about-iok, about-dok -> 04 00 03 / 01 0A 0A

## What the office set shows without choosing anew (set)
about-iok, reset, select-eop, about-iok -> 01 03 03 / / 9000 / 01 03 03

## IOK is changed with IOK and DOK with DOK (set) [EO-11]
change-eop 11 2222 3333333333, change-eop 10 11111111 4444 -> 9000
change-eop 11 2222 5555, change-eop 10 11111111 5555, change-eop 11 3333333333 2222, about-iok -> 63C2 / 63C9 / 9000 / 01 03 03

## A value may come back (set) [EO-25]
change-eop 11 2222 3333, change-eop 11 3333 2222, change-eop 11 2222 2222 -> 9000

## DOK and IOK may be alike (set) [EO-14]
change-eop 11 2222 11111111, change-eop 11 11111111 11111111 -> 9000

## DOK sets IOK anew, blocked or forgotten, as often as one likes (set) [EO-10]
unblock-iok 11111111 3333, unblock-iok 11111111 4444 -> 9000
change-eop 11 0000 1234 *4 -> 63C2 / 63C1 / 63C0 / 6983
about-iok, unblock-iok 11111111 5555, about-iok -> 04 00 03 / 9000 / 01 03 03
change-eop 11 0000 1234 *4 -> 63C2 / 63C1 / 63C0 / 6983
about-iok, unblock-iok 11111111 6666, about-iok, change-eop 11 6666 2222 -> 04 00 03 / 9000 / 01 03 03 / 9000

## Ten wrong DOKs block it and IOK with it (set) [EO-01 EO-12]
unblock-iok 00000000 3333 *11 -> 63C9 / 63C8 / 63C7 / 63C6 / 63C5 / 63C4 / 63C3 / 63C2 / 63C1 / 63C0 / 6983
about-dok, about-iok, unblock-iok 11111111 3333, change-eop 11 2222 3333 -> 04 00 0A / 04 00 03 / 6983 / 6983

## The office brings a blocked pair back (set) [EO-13]
unblock-iok 00000000 3333 *10
act office unblock dok=7777 iok=8888, about-iok, about-dok, change-eop 11 8888 2222 -> DONE / 01 03 03 / 01 0A 0A / 9000

## Codes that are not set say so and lose no try (as handed over) [EO-08]
change-eop 11 2222 3333, change-eop 10 11111111 3333, unblock-iok 11111111 3333 -> 6984 / 6984 / 6985
about-iok, about-dok -> 00 03 03 / 00 0A 0A

## Identification blocked by the helpline shows as blocked codes (set) [EO-27]
act helpline block-identification, about-iok, about-dok, unblock-iok 11111111 3333 -> DONE / 04 00 03 / 04 00 0A / 6983

## The new value '{new: 333 | 33a3 | 33 3}' does not fit, is refused and costs nothing (set) [EO-01 EO-02 EO-07]
= change-eop 11 2222 "{new}", unblock-iok 11111111 "{new}", about-iok -> 6A80 / 6A80 / 01 03 03

## An empty new value is refused too and costs nothing (set) [EO-01 EO-02 EO-07]
= change-eop 11 2222 "", unblock-iok 11111111 "", about-iok -> 6A80 / 6A80 / 01 03 03
