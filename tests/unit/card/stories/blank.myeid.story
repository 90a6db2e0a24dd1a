; MyEID's command set on an empty card. Made up, it has PIN 1111 with PUK 2222, and SO PIN 3333 with SO PUK 4444.

@made up
make-code 1 1111 2222, make-code 3 3333 4444, activate, verify 1 1111 -> 9000

## Life cycle is creation until the card is activated and never after
00A40000023F0000 -> 6F13 82013883023F008A01018603113FFF85020000 9000
activate, 00A40000023F0000 -> 9000 / 6F13 82013883023F008A01078603113FFF85020000 9000
reset, 00A40000023F0000 -> / 6F13 82013883023F008A0107.* 9000

## Access bytes are obeyed by reading, updating and deleting (made up)
create 4301 EF 4 000FFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / FFFFFFFF9000 / 9000 / 9000
create 4302 EF 4 0F0FFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / FFFFFFFF9000 / 6982 / 9000
create 4303 EF 4 F0FFFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / 6982 / 9000 / 6982
create 4304 EF 4 131FFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / FFFFFFFF9000 / 6982 / 9000      ; PIN was given, SO PIN was not
create 4305 EF 4 313FFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / 6982 / 9000 / 6982
create 4306 EF 4 E00FFF, 00B0000000, 00D6000001AA, A0E40000 -> 9000 / 6982 / 9000 / 9000              ; there is no code 14

## Other exponents are refused: {data: 05 3003020105 | 05 3003040103 | 06 310302010300 | 05 3103020103 | 06 300302010300 | 04 30030201} (made up)
create 4B01 RSA 1024 -> 9000
= 00460000{data}, items -> 6A80 / none

## Generate and update are what the access bytes say (made up)
create 4B01 EC 256 1F13FF, 00DA018720 1111111111111111111111111111111111111111111111111111111111111111, generate -> 9000 / 6982 / 6982
create 4B02 EC 256 1113FF, 00DA018720 1111111111111111111111111111111111111111111111111111111111111111, generate -> 9000 / 9000 / 6982
create 4B03 EC 256 1F11FF, 00DA018720 1111111111111111111111111111111111111111111111111111111111111111, generate -> 9000 / 6982 / 9000

## Use is what the access bytes say (made up)
create 4B01 EC 256 3111FF, generate, sign 4B01 -> 9000 / 9000 / 6982
verify 3 3333, sign 4B01 -> 9000
002E0001, sign 4B01 -> 9000 / 6982     ; the law asks for PIN as well

## A key may want its code anew for each use (made up)
create 4B01 EC 256 1111FF 1000, generate, sign 4B01, query 1, sign 4B01 -> 9000 / 9000 / 9000 / 63C3 / 6982
verify 1 1111, sign 4B01 -> 9000

## On an empty card nobody is asked for a code
query 1 -> 6984
create 4301 EF 4 FFFFFF, 00D6000001AA, create 4B01 EC 256 3333FF, generate, sign 4B01, activate -> 9000
select 3F0050154301, 00D6000001AA, sign 4B01 -> 9000 / 6982 / 6982

## Codes are made with their tries until the card is activated
make-code 1 1111 2222 040600, data B1 -> 9000 / 0406040600000004049000
make-code 1 1112 2222 "", data B1 -> 9000 / 050A050A.*
make-code 2 1111 2222, make-code 1 1 2222 -> 6A88 / 6A80
activate, make-code 1 1111 2222, make-code 3 1111 2222, verify 1 1112 -> 9000 / 6985 / 6985 / 9000

## A made code is unblocked with the PUK made with it (made up)
verify 1 no *3 -> 63C2 / 63C1 / 63C0
002C000110 32323232FFFFFFFF 35353535FFFFFFFF, verify 1 5555 -> 9000
