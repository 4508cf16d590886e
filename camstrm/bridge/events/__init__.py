"""What has happened in the last day: cameras lost and back, who changed what.

``event_log.EventLog`` keeps it, ``transitions.Transitions`` makes events of what the grabber says
once a second, ``change_hold.ChangeHold`` one of many moves of a slider, and
``event_calls.EventCalls`` answers the viewers' long polls. Nothing here survives the bridge.
"""
