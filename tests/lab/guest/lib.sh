true
host_state() { echo; }
