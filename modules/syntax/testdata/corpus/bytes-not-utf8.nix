# ÿş in a comment
{ a = "ÿÃ"; b = ''é''; }
