package modules

// hosts finds the hosts of the flake.
func (r *reading) hosts() {}
