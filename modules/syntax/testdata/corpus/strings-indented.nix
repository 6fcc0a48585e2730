{ x, y }: [
  ''''
  '' ''
  ''one line''
  ''
    two
      lines deeper

    after a blank line
  ''
  ''
    ends here''
  ''
    interpolated ${x} and ${
      y
    }
      ${x}
  ''
  ''${x}''
  ''
    ${x}''
  ''
	tab is not indentation
    four
  ''
  ''
    escapes: ''${x} ''' ''\n ''\t ''\r ''\a ''\\ ''\${x} ' " \ $ $$ $${x} '$x
  ''
  ''
    a ''\n    after an escaped line break
   b
  ''
  ''  first line counts
    second
  ''
  ''

    blank first line
      

    blank line with spaces above
  ''
  ''ends in a dollar$''
  ''quote' ''
]
