"""Other people's models as processes on our engine, beside what they published. One model a file; `engine` builds the
ecosystem that they are played on."""
