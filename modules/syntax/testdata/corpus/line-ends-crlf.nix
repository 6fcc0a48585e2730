# carriage returns
{
  a = "x
y";
  b = ''
    one
    two
  '';
  # above c
  c = 1; # behind c
}
