"""What people look at: functions that look data up and draw a partial.

Views call them for pages and answers, `live.pushes` calls them for pushes: the same call, so the same bytes.
"""
