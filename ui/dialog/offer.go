package dialog

// Offer replaces what the palette offers: more has been read meanwhile.
func (p *Palette) Offer(entries []Entry) {
	p.index = newIndex(entries)
	p.find()
}
