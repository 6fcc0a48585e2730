package demo

// KeysFile is the file of the age identity that opens the demo's secrets.
func (d *Demo) KeysFile() string { return d.world.operatorFile() }
