"""What a voice says while it is fitted, while the fit is checked, and when it is judged."""

# Every sound of English in many neighbourhoods; parts of them are spoken again and again.
FITTED_ON = (
    "Hi there, I wanted to show you what our team has been working on this spring.",
    "The quick brown fox jumps over the lazy dog, while five wizards vex him from a boat.",
    "Thank you for joining us last Thursday; your questions about pricing were really good ones.",
    "Our office is near the old harbour, so please drop by whenever you have half an hour.",
    "She measured the garage, chose a warmer colour, and enjoyed a cup of ginger tea.",
    "If you would rather talk on the phone, just reply with a time that suits you.",
)
# The fit stops by these, and its pitch is set by them.
CHECKED_ON = (
    "Please have a look at our offer before next Friday.",
    "The youngest brother thought that the voyage was a pleasure.",
)
# Never heard by the fit: what it reaches is measured on them.
JUDGED_ON = (
    "Good morning, it was a pleasure to meet you and your colleagues at the fair.",
    "We have put together a short plan that shows how much time you could save each month.",
    "Every Tuesday a group of young engineers gathers in the large hall to share their ideas.",
    "Let me know whether the new version works for you, and we will take it from there.",
)
