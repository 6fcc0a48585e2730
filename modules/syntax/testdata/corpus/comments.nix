# at the top

/* block */ # and line
{
  # above a
  a = 1; # behind a

  # detached

  /* block
     above b */
  b = [
    1 # one
    # above two
    2 /* inside */ 3
    /**/ 4
    /* stars ***/ 5 /***/
  ]; /* behind b */ # twice
  c = 1 /* in */ + /* between */ 2;
  # at the end
}
# after the end
