"""What the processes of society and economy share: how good offers are, who enters and leaves, how alliances begin and
end, how policies pay, and the figures of a month. Functions of columns; when they are called is the processes' rule.
"""
