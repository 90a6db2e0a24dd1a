; ProID+Q over T=0: PIN 12345678, PUK 87654321 and QPIN 12345678 from the factory; two places in the CC area.

@PIN given
verify pin -> 9000

@both given (PIN given)
verify qpin -> 9000

@a key in the CC area (both given)
make 1 -> 9000

@the CC area full (a key in the CC area)
verify qpin, make 2 -> 9000
list-keys 1=one 2=two, leave, verify qpin

@one of two listed (PIN given)
make 1, make 2, list-keys 1=one 2=two, leave, list-keys 1=one
numbers -> 1 2                 ; the directory is the current file still

; Codes

## The factory values are right [PQ-02]
verify pin 12345678, query pin, verify puk 87654321, query puk, verify qpin 12345678, query qpin -> 9000

## The factory PIN logs in so that it can be changed (PIN given) [PQ-05]
make 1, change pin 12345678 4711, verify pin 12345678, verify pin 4711 -> 9000 / 9000 / 63C2 / 9000

## A query tells the tries and costs none
query pin *5 -> 63C3
query puk *5 -> 63C5
query qpin *5 -> 63C3
wrong pin, query pin, off-and-on, query pin -> 63C2 / 63C2 / / 63C2

## A changed code has to be given again (PIN given)
change pin 12345678 4711, query pin, make 1 -> 9000 / 63C3 / 6982

## Codes can be changed on a card whose directory of codes was deleted (PIN given)
select 3F005015, 00E40000024401, change pin 12345678 "new pin", reset-code qpin 87654321 "new qpin" -> 9000

## Two blocked codes are not the end: {codes: block pin, block puk, verify qpin | block puk, block qpin, verify pin | block pin, block qpin, verify puk} [PQ-06]
{codes}, lost -> 63C0 / 63C0 / 9000 / nothing

## The last wrong code still gets its answer
block pin, block qpin, wrong puk *5 -> 63C0 / 63C0 / 63C4 / 63C3 / 63C2 / 63C1 / 63C0
query puk, lost -> 6F00 / card

; Sessions

## Rights end with the session, by {end: isoapplet | manage | reset | off | on} (both given)
query pin -> 9000
{end}, isoapplet, query pin, query qpin, make 1 -> .* / 61.. / 63C3 / 63C3 / 6982

## An unknown name leaves the session as it is (PIN given)
00A4040007F0545354554E5499, query pin -> 6A82 / 9000

## The first applet is there without being selected
off-and-on, query pin -> / 63C3

; Single use of QPIN

## QPIN is asked for at every signature (a key in the CC area) [PQ-03]
sign 1 -> 6982
verify qpin, sign 1, query qpin, sign 1 -> 9000 / 9000 / 63C3 / 6982
verify qpin, sign 1, query qpin, sign 1 -> 9000 / 9000 / 63C3 / 6982

## QPIN is asked for to make a key in its area (PIN given) [PQ-03]
make 1, verify qpin, make 2, make 3, items -> 9000 / 9000 / 9000 / 9000 / general cc general

## QPIN alone makes no key and is not used up by trying
verify qpin, make 1, query qpin -> 9000 / 6982 / 9000

## PIN signs as often as one likes and uses no QPIN up (PIN given)
make 1, verify qpin, sign 1, sign 1, sign 1, query qpin -> 9000

## PIN is no QPIN (a key in the CC area)
query pin, sign 1 -> 9000 / 6982

## A signature that fails uses no QPIN up (a key in the CC area)
verify qpin, sign 1 11, sign 1 -> 9000 / 6A80 / 9000       ; RSA with an EC key

; Keys made and brought in

## References go from 0 to 15 (PIN given)
make 0, make F, make 10, make FF -> 9000 / 9000 / 6A88 / 6A88

## No code, no key
= make 1, import 1 -> 6982

## A key made with QPIN goes to the CC area and keeps QPIN as its guard (a key in the CC area) [PQ-03]
items, origins -> cc / MADE
reset, verify pin, sign 1, verify qpin, sign 1 -> / 9000 / 6982 / 9000 / 9000

## Codes may come in either order
verify qpin, verify pin, make 1, items -> 9000 / 9000 / 9000 / cc

## A key imported with QPIN given goes to the CC area (both given)
import 2, items, origins -> 9000 / cc / IMPORTED

## A key is made only in an environment for it (PIN given)
00464200, environment B6 11 1, 00464200, 00DB3FFF0430020500 -> 6985 / 9000 / 6985 / 6985

## There is no algorithm {number: F2 | 11 | 00 | F6} (PIN given)
environment 00 {number} 1, 00464200 -> 9000 / 6A81

## Signing needs an environment for signing (PIN given)
make 1, reset, verify pin
002A9E9A0401020304 -> 6985
environment B8 11 1, 002A9E9A0401020304 -> 9000 / 6985
environment B6 21 1, 002A9E9A, 002A9E9A0401020304 -> 9000 / 6700 / 61xx

## There is no key 7 (PIN given)
sign 7 -> 6A88

## There are no operations but signing and deciphering (PIN given)
make 1, environment B6 21 1
002A9E9B0401020304, 002A00000401020304, 002A86800401020304, 002A00A80401020304 -> 6A86

; The CC area

## A third key in the CC area is refused and nothing changes (the CC area full) [PQ-13]
= make 3, import 3 -> 6A84
query qpin, sign 1 -> 9000

## Keys without certificates take the places too (a key in the CC area) [PQ-14]
verify qpin, make 2, paired, verify qpin, make 3 -> 9000 / 9000 / no no / 9000 / 6A84

## A key and its certificate share one place (a key in the CC area) [PQ-13]
list-keys 1=one, list-certificates one, leave
paired, used cc, verify qpin, make 2 -> yes / 1 / 9000 / 9000

## A key listed no more is gone and its place free (the CC area full)
list-keys 2=two, leave
used cc, sign 1, make 3, numbers -> 1 / 6A88 / 9000 / 2 3

## A place stays taken while the certificate is there (the CC area full)
list-certificates one, list-keys 2=two, leave
used cc, make 3 -> 2 / 6A84
list-certificates, leave
used cc, make 3 -> 1 / 9000

## A full CC area leaves the general one free (the CC area full)
reset, verify pin, make 3, items -> / 9000 / 9000 / cc cc general

## A key never listed holds its place also when its reference is taken again (a key in the CC area) [PQ-14]
verify qpin, make 1, list-keys 1=one, leave
numbers, listed, used cc, verify qpin, make 2 -> 1 2 / no yes / 2 / 9000 / 6A84

## Such a key is cleared by listing it by its spare reference and unlisting it (a key in the CC area)
verify qpin, make 1, list-keys 1=one 40=left-over, leave
list-keys 1=one, leave
numbers, listed, used cc -> 2 / yes / 1

## A listed reference is not taken again (the CC area full)
reset, make 1, verify pin -> / 6982 / 9000        ; which tells a stranger nothing
= make 1 -> 6A89

; When directories are judged

## A directory is judged when it is left: {how: leave | reset | off | on | manage} (one of two listed)
{how}
numbers -> 1

## A key that is gone can't be used and is wiped (one of two listed)
leave, sign 2, keys -> 9000 / 6A88 / 1

## Other files written do not make keys go (PIN given)
make 1, select 3F0050155033, 00D60000040000FFFF, leave, numbers -> 9000 / 9000 / 9000 / 9000 / 1

## An unreadable directory takes no key away: {bytes: 0130 | 28FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF | 043082FFFF | 15000000000000000000000000000000000000000001} (the CC area full)
select 3F0050154402, 00D60000{bytes}, reset, numbers -> 9000 / 9000 / / 1 2

## A deleted directory takes no key away: {file: 4402 | 4404 | 5031} (the CC area full)
select 3F005015, 00E4000002{file}, reset, numbers -> 9000 / 9000 / / 1 2

## A directory made anew takes no key away before something is written there (the CC area full)
select 3F005015, 00E40000024402, 00E000000D6F0B800208008201018302 4402 -> 9000
reset, numbers -> / 1 2

; What a stranger can't do

## A file created without rights is the holder's (PIN given)
select 3F005015, 00E0000009 6F07 820138 83027101 -> 9000
reset, select 3F0050157101, 00E000000D6F0B800200108201018302 3101 -> / 9000 / 6982

; Key files, whatever command set made the key

## Every key has its file and takes it along (PIN given)
make 3, key-files -> 9000 / 3F0050154B03
list-keys 3=one, leave, list-keys, leave
key-files, items -> none

## A key that gave up its reference has another file (PIN given)
make 3, make 3, key-files, items -> 9000 / 9000 / 3F0050154B03 3F0050154B40 / general general

## A key file takes no memory and is not read or written as bytes (PIN given)
make 3, files-size, select 3F0050154B03 -> 9000 / 0 / 9000
= 00B0000004, 00D6000001AA -> 6986
environment 00 EC 4 -> 9000

## A key file deleted takes its key along (PIN given)
make 3, select 3F005015, 00E40000024B03, key-files, items -> 9000 / 9000 / 9000 / none / none

; What the card says of its keys, and signs; 1 is the key's number, and 3 its reference

@asked about a key (PIN given)
make 3, manage -> 9000

## A template or a nonce that is wrong (asked about a key)
= 00880000, 008800000100, 0088000003 800101, 0088000002 8005 -> 6A80
= 0088000012 8110 00000000000000000000000000000000, 0088000014 800101 810F 000000000000000000000000000000 -> 6A80
= 0088000026 800101 8121 000000000000000000000000000000000000000000000000000000000000000000 -> 6A80
= 0088000014 8000 8110 00000000000000000000000000000000, 0088000015 8110 00000000000000000000000000000000 800101 -> 6A80
= 0088000018 800101 800101 8110 00000000000000000000000000000000 -> 6A80
= 0088000027 800101 8110 00000000000000000000000000000000 8110 00000000000000000000000000000000 -> 6A80
= 0088000018 800101 8110 00000000000000000000000000000000 820100 -> 6A80
= 0088000014 800101 8110 000000000000000000000000000000 -> 6A80
= 0088000017 E515 800101 8110 00000000000000000000000000000000 -> 6A80
= 0088000020 0000000000000000000000000000000000000000000000000000000000000000 -> 6A80

## A key that there is not: it goes by its number, and not by the reference that other commands name it by (asked about a key)
= 0088000015 800102 8110 00000000000000000000000000000000, 0088000015 800100 8110 00000000000000000000000000000000 -> 6A88
= 0088000018 8004FFFFFFFF 8110 00000000000000000000000000000000, 0088000015 800103 8110 00000000000000000000000000000000 -> 6A88

## A key that is gone and whose certificate is left (PIN given)
make 3, list-keys 3=one, list-certificates one, list-keys, manage
0088000015 800101 8110 00000000000000000000000000000000 -> 6A88

## Wrong parameters (asked about a key)
= 0088000115 800101 8110 00000000000000000000000000000000, 0088010015 800101 8110 00000000000000000000000000000000, 0088008115 800101 8110 00000000000000000000000000000000 -> 6A86

## No other applet attests (PIN given)
make 3, 0088000015 800101 8110 00000000000000000000000000000000 -> 9000 / 6D00

## A dead card attests nothing (asked about a key)
reset, block pin, block puk, block qpin
0088000015 800101 8110 00000000000000000000000000000000, 00CA00E700 -> 6F00
