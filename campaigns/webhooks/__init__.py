"""Other systems are told what happened: who is called for what, how a call is signed, sent, tried again."""
