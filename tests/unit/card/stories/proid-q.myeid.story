; MyEID's command set on a ProID+Q: PIN 12345678 (1), PUK 87654321 (2) and QPIN 12345678 (3), whose law holds here too.

@PIN given
verify 1 12345678 -> 9000

## A file is created, written, read and deleted (PIN given)
create 4301 EF 4 011FFF, 00B0000000, 00D6000002CAFE, 00B0000000 -> 9000 / FFFFFFFF9000 / 9000 / CAFEFFFF9000
create 4301 EF 4, select 3F0050154301, A0E40000, select 3F0050154301 -> 6A89 / 9000 / 9000 / 6A82

## Who may create files is the directory's matter
create 4301 EF 4, verify 1 12345678, create 4301 EF 4 -> 6982 / 9000 / 9000
select 3F00, 00E0000019621780020004820101830243028603000FFF850200008A0100 -> 9000 / 6982

## A key file is for a key that there is: {kind: RSA 512 | RSA 4096 | EC 192 | EC 521 | DES 64 | DES 192 | AES 128 | 41 128} (PIN given)
create 4B01 {kind} -> 9000

## A key file is not for {kind: RSA 2000 | RSA 8192 | EC 255 | DES 56 | AES 512 | 41 100 | 02 128} (PIN given)
= create 4B01 {kind} -> 6A81

## A key file tells size, access and attributes (PIN given)
create 4B01 RSA 2048 123FFF 1008, 00A40000024B0100 -> 9000 / 6F17 81020800 820111 83024B01 8A0107 8603123FFF 85021008 9000
00B0000004, 00D6000001AA -> 6986

## Of two key files for one key there is no second (PIN given)
create 4B01 RSA 2048, create 4C01 EC 256, create 4D01 AES 128 -> 9000 / 6A89 / 9000    ; their identifiers' last byte names the key

## Codes have eight characters at the most
query 1, 0020000109313131313131313131, verify 1 wrong, verify 1 12345678, query 1 -> 63C3 / 6700 / 63C2 / 9000 / 9000
data AC, data B1 -> 00019000 / 0305030500000004089000

## A longer code is set through another applet and kept from this one
isoapplet, 0024000120 3132333435363738FFFFFFFFFFFFFFFF 7477656C7665206368617273FFFFFFFF -> 9000
00A404000CA000000063504B43532D3135, verify 1 "twelve c" -> 9000 / 63C2
isoapplet, 0020000110 7477656C7665206368617273FFFFFFFF -> 9000

## A code is changed and unblocked
0024000110 3132333435363738 363534333231FFFF, verify 1 no *3, verify 1 654321 -> 9000 / 63C2 / 63C1 / 63C0 / 6983
002C000110 3837363534333231 6E657776616C7565, verify 1 newvalue -> 9000
002C000210 3837363534333231 3837363534333231 -> 6985

## Log out takes back one code or all
verify 1 12345678, verify 2 87654321, data AC, 002E0002, data AC -> 9000 / 9000 / 00039000 / 9000 / 00019000
002E0000, query 1 -> 9000 / 63C3

## The CC area has two places and each key takes one QPIN (PIN given) [PQ-03 PQ-13 PQ-14]
create 4B01 EC 256 3333FF, generate, verify 3 12345678, generate, query 3 -> 9000 / 6982 / 9000 / 9000 / 63C3
create 4B02 EC 256 3333FF, generate, verify 3 12345678, generate, query 3 -> 9000 / 6982 / 9000 / 9000 / 63C3
items -> cc cc
create 4B03 EC 256 3333FF, verify 3 12345678, generate -> 9000 / 9000 / 6A84
query 3, sign 4B01, query 3, sign 4B01 -> 9000 / 9000 / 63C3 / 6982       ; what was refused has used nothing up

## No code is made on a card that was personalised
= make-code 1 11111111 22222222 -> 6985

## A card that was personalised is never erased (PIN given)
verify 3 12345678 -> 9000
= 00DA01E008 FFFF 113FFF 111FFF -> 6982
