#!/bin/bash
# topology: single-wayland
# telling: no
# boot: shared
# deadline: 1800
# greetd with a Wayland greeter: started from ann's session, and from outside while only the greeter is on the screen.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

configure win11 'timeout_s = 120'
define_domain win11
step "ann is logged in"
desktop_greetd ann
# greetd logs her in once; after that its greeter asks.
cycles_of_desktop 1 _greetd
step "the greeter is on the screen"
cycles_of_desktop 1
