import { QUALITIES, THINGS } from "./synonym-lines.ts";

/**
 * Words and phrases that may replace each other in a question without changing its answer, one group per line. A phrase
 * has at most four words and is matched by lemma. A pair is listed only if it holds in nearly every everyday context.
 */
const LINES = `
remove|delete|erase|get rid of|take out|take off|clear out
cancel|terminate|call off|discontinue
buy|purchase
begin|start|commence|get start
end|finish|conclude|be over
show|display
big|large
small|little|tiny
quickly|fast|rapidly|quick|rapid|speedy
slowly|slow
enable|activate|turn on|switch on
disable|deactivate|turn off|switch off
shut down|power off|turn off
setup|configure|set-up
signup|register|create an account|make an account|open an account
login|signin
logout|signout|log out
fix|repair|resolve|troubleshoot|solve|sort out
problem|issue|trouble
mistake|error
receive|obtain|acquire
move|transfer
cost|price|charge|fee|expense
cheap|inexpensive|affordable
car|vehicle|automobile|auto
doctor|physician
attorney|lawyer
kid|child
adult|grown-up|grownup
movie|film
mobile|cellphone|cell phone|smartphone|mobile phone|phone|telephone
picture|photo|image|photograph
refund|money back|reimbursement
reimburse|refund|pay back
job|position|occupation
employee|worker|staff|staff member
new hire|new employee
vacation|holiday|paid time off|pto|annual leave
salary|pay|wage|compensation
paycheck|salary
resign|quit
boss|manager|supervisor
document|paperwork|papers
required|necessary|needed|need|require|must
require|need
allow|permit|let
allowed|permitted|able
forbid|prohibit|ban
deliver|ship|delivery|shipping|shipment
order|purchase
pick up|collect
return|send back|bring back
exchange|swap
replace|substitute|swap out
substitute|replacement|alternative
use|utilize|employ
create|make|build
make|prepare
bake|make
make|earn
modify|change|alter|edit
change|switch
increase|raise|boost
decrease|reduce|lower|cut
raise|elevate
improve|enhance|better
maximum|max|highest|greatest
minimum|min|lowest
limit|cap
annual|yearly|per year|every year|each year
monthly|per month|every month|each month
weekly|per week|every week|each week
daily|per day|every day|each day
hourly|per hour|every hour|each hour
currently|at the moment|right now|at present
frequently|often
rarely|seldom
immediately|right away|instantly|at once|straight away
together|at the same time|simultaneously
safe|okay|safely
dangerous|harmful|unsafe
symptom|sign
illness|sickness|disease
cure|treat|treatment
medicine|medication|drug
cause|reason
benefit|advantage|pro
drawback|disadvantage|con|downside
difference|distinction|differ|different
contrast|difference
compare|comparison
best|ideal|optimal|top
recommend|suggest
recommended|suggested
meaning|definition|mean
define|definition
example|instance
city|town
country|nation
house|home
flat|apartment
lift|elevator
rubbish|trash|garbage
film|movie
autumn|fall
petrol|gasoline|gas
soccer|football
shop|store
bill|invoice
bank account|account
charge|transaction
credit card limit|credit limit
booking|reservation
book|reserve
trip|journey
travel|go
visit|travel to
luggage|baggage
arrive|get to|reach|be at
leave|depart
plane|airplane|aircraft
fly|flight
citizen|national
parking citation|parking ticket
fight|contest|challenge|dispute
complaint|grievance
oral|verbal
agreement|contract
valid|in force
last|be valid|remain valid
penalty|fine
legal|lawful|legally
illegal|unlawful|against the law
test|exam|examination
university|college
teacher|instructor
homework|assignment
learn|study
pupil|student
wrong|incorrect
correct|right
whole|entire
entire|complete
start up|boot
launch|start
exit|quit
folder|directory
convert|turn into|transform
parse|convert
integer|int
string|str
database|db
application|app
program|application
repository|repo
environment|env
configuration|config
documentation|docs
authentication|auth
two-factor authentication|2fa|two factor authentication|twofactor authentication
multi-factor authentication|mfa
list|enumerate
undo|revert
most recent|latest|newest|last
previous|past|earlier
keep|retain|preserve|hold on to
lose|discard
find|locate
see|view
look up|search for|find
ask for|request
apply for|request
contact|reach out to|get in touch with|reach
talk to|speak to|speak with|talk with
phone|call
update|upgrade
update|refresh
password|passcode
forgot|forget|lose
connect|link
stop|prevent
stop|halt
block|stop
occur|happen|take place
consequence|result|effect
get|receive
own|have
author|writer|write
inventor|invent
discover|find
tall|high
tallest|highest
centre|center|middle
close|near|nearby
distance|far
duration|how long|length
usage|use|consumption
drink|beverage
eat|consume
meal|dish
uncooked|raw
refrigerate|chill
refrigerator|fridge
stove|cooker
oven temperature|temperature
store|keep
grow|cultivate
feed|nourish
clean|wash
stain|spot
blocked|clogged
unclog|unblock
sofa|couch
toilet|bathroom
garden|yard
baby|infant
spouse|partner
pregnant|pregnancy|expecting
exercise|work out|workout
weight|weigh
overweight|obese
sleep|slumber
tired|exhausted|fatigued
vaccinated|vaccination|vaccine
contagious|infectious
hazard|danger|risk
work remotely|work from home|remote work|telecommute
twice a week|two days a week
leftover|unused|remaining
notice|warning
eligible|qualify|eligibility|qualification
expire|run out|expiry|expiration
deadline|due date|cutoff
insured|insurance
free|no cost|free of charge|at no charge
hours|opening hours|business hours
website|site|web page|webpage
online|over the internet|through the website|on the website|via the website
in-store|in store|at a store
discount|reduction
promo code|discount code|coupon code|coupon|promotional code|voucher code
gift card|gift voucher
warranty|guarantee
subscription|membership
trial|trial period|free trial
customer service|customer support|support team
address|location
birthday|date of birth
name|called
surname|last name|family name
social security number|ssn
certificate of deposit|cd
automated teller machine|atm
cash machine|atm
identification|id
annual percentage rate|apr
grade point average|gpa
united states|usa|u.s.|america|american
united kingdom|uk|britain|great britain
european union|eu
artificial intelligence|ai
machine learning|ml
operating system|os
virtual machine|vm
personal identification number|pin
human resources|hr
frequently asked questions|faq
television|tv
mac|macos|os x
bicycle|bike
shot|vaccine|vaccination
document|doc
insurance policy|insurance
proof|evidence
homeowner|house owner
home loan|mortgage
everyone|everybody
meal|food
stay|remain
couple|pair
seller|vendor
buyer|purchaser
hospital|clinic
step|stage
older|earlier|previous
solid|solid food
registration|register
during|while
kilometer|km
postgres|postgresql
javascript|js
typescript|ts
kubernetes|k8s
visual studio code|vs code|vscode
user interface|ui
central processing unit|cpu
graphics card|gpu
random access memory|ram
new york city|nyc
los angeles|la
world war 2|ww2|wwii|world war two|second world war
world war 1|ww1|wwi|world war one|first world war
paid|compensated
mandatory|compulsory|obligatory
optional|voluntary
steps|procedure|process
in person|face to face
at work|workplace|in the workplace
at home|in the house
approximately|roughly
number|amount|quantity
speed|fast|quick
height|tall
age|old
size|large|big
population|live
function|work
effective|work
automatically|automatic
manually|manual|by hand
permanently|permanent|forever
temporarily|temporary
lost|lose|misplace
stolen|steal
broken|damaged|defective|faulty
crash|freeze
slow|sluggish
wifi|wi-fi|wireless
internet|web
computer|pc|machine
laptop|notebook
device|gadget
screen|display
headphone|earphone
battery life|battery
charger|charge
print|printing
copy|duplicate
save|store
attach|add
invite|add
join|enroll
enroll|register|sign up
postpone|reschedule|delay|put off
delayed|late
early|ahead of time|in advance|ahead
upfront|in advance
unsubscribe|opt out
subscribe|opt in
verify|confirm
check|verify
approve|authorize
reject|decline|deny
payment|pay
repay|pay off|pay back|repayment
interest rate|rate of interest
income|earnings
tax return|tax filing
rent|lease
evict|eviction
sue|take to court|file a lawsuit against
fetch|retrieve|get
method|function
argument|parameter
iterate over|loop over|loop through|iterate through
sort|order
reverse|invert
combine|merge
split|divide
compute|calculate|work out|figure out
calculate|calculation
mortgage|home loan|house loan
restart|reboot
recover|restore|regain|get back|retrieve
revert|roll back|rollback|undo
enlarge|make bigger|make larger
shrink|make smaller|reduce the size
calm|soothe|calm down
ease|relieve|soothe|alleviate
teach|train
deal with|cope with|handle|manage
cope with|handle
play|portray
dorm|dormitory
environment variable|env var|env variable
insurer|insurance company
reject|refuse|decline|deny
get rid of|eliminate
cat|kitty
allowance|pocket money
leak|drip
tap|faucet
overweight|too fat
term paper|thesis
sequence|order
premium|insurance premium
repair|mend
vacuum|hoover
trouser|pant
nappy|diaper
torch|flashlight
motorway|highway|freeway
pavement|sidewalk
boot of|trunk of
petrol station|gas station
queue|line
post|mail
postcode|zip code|postal code
mobile|cell
handset|phone
network operator|carrier|network provider
sim|sim card
used car|second-hand car
used|second-hand|secondhand|pre-owned
university|college|uni
exam|test|examination
grade|mark
lecture|class
professor|lecturer
essay|paper
tuition|tuition fee
supervisor|advisor
deadline|due date|close date
expire|run out|lapse
expiration date|expiry date|expiration
extend|renew
wage|pay|salary
resume|cv
cover letter|motivation letter
interview|job interview
promotion|advancement
coworker|colleague|co-worker
company|firm|business|employer
startup|start-up
meet|conference
lay off|make redundant
fire|dismiss|sack|let go
maternity leave|parental leave
sick day|sick leave
overtime|extra hour
quit|leave
notice period|period of notice
invoice|bill
receipt|proof of purchase
coupon|voucher|discount code|promo code|promotional code|coupon code
discount|price reduction
sale|clearance
in stock|available
sell out|out of stock
package|parcel|shipment
track number|track code
courier|carrier|delivery company
item|product|article
customer service|customer support|support team|help desk
complain|file a complaint|make a complaint
break|not work|do not work
gift card|gift voucher|gift certificate
cart|basket|shop cart
website|site|web site|web page
log in|sign in|login|signin
username|user name|login name
profile picture|profile photo|avatar
post|put up|publish
notification|alert
direct message|dm|private message
message|text|text message
friend|mate|buddy
video call|video chat
screenshot|screen capture|capture the screen
wallpaper|background picture
dark mode|dark theme
wifi|wi-fi|wireless network|wireless internet
internet connection|internet|connection
router|wifi router
hotspot|mobile hotspot
file|document
spreadsheet|excel sheet|worksheet
slide|presentation slide
font|typeface
bold|boldface
print|print out
shortcut|keyboard shortcut|hotkey
bug|defect
exception|error
dict|dictionary
boolean|bool
parameter|argument
check if|test whether|check whether|see if|find out if
contain|include|have
iterate|loop
append|add
concatenate|join
unused|not used
pull request|merge request
deployment|rollout
docker image|container image
table|db table
query|sql query
aws|amazon web service
gcp|google cloud|google cloud platform
vm|virtual machine
server|host
bucket|s3 bucket
headache|head pain
stomach ache|stomachache|tummy ache|belly ache
throw up|vomit
tire|fatigue|exhaust
flu|influenza
high blood pressure|hypertension
heart attack|myocardial infarction
pregnant|expect a baby
belly fat|stomach fat
lose weight|slim down|shed pound|drop weight
gain weight|put on weight
exercise|workout|work out|train
jog|run
protein intake|intake of protein
painkiller|pain reliever|pain medication
shoot|vaccine|vaccination|jab|immunization
surgery|operation
checkup|check-up|medical exam
dentist|dental surgeon
contagious|infectious|catch
itchy|itch
light-headed|lightheaded|dizzy
normal|usual
fridge|refrigerator
freezer|deep freezer
oven|cooker
stave|hob|cooktop|stovetop
fry pan|skillet
pot|saucepan
eggplant|aubergine
zucchini|courgette
cilantro|coriander leaf
scallion|spring onion|green onion
shrimp|prawn
ground beef|mince beef|beef mince
bake soda|bicarbonate of soda|sodium bicarbonate
powder sugar|icing sugar|confectioner sugar
cornstarch|cornflour
all-purpose flour|plain flour
cookie|biscuit
candy|sweet
soda|soft drink
fry|chip
leftover|remain food
go bad|spoil|go off
thaw|defrost
chop|cut up|dice
whip|whisk|beat
soft|tender
bloom|flower|blossom
bucket|pail
lawn|grass
weed|unwanted plant
fertilizer|plant food|feed
bug|insect
slug|snail
puppy|pup|young dog
vet|veterinarian|animal doctor
shed hair|lose hair
bark|woof
tumble dryer|dryer|clothe dryer
wash machine|washer
dishwasher|dish washer
light bulb|bulb
wall plug|outlet|socket|power outlet
drywall|plasterboard|gypsum board
toilet|loo
clog|block|plug
unclog|unblock|clear
leaky|leak|drip
mold|mildew
wrinkle|crease
smell|odor|stink|stench
squeaky|squeak
car accident|car crash|crash
flat tire|puncture
tire|tyre
license plate|number plate|registration plate
driver license|drive license
hood|bonnet
windshield|windscreen
hire|rend
rental car|hire car
park ticket|park fine
ticket|fine
speed limit|maximum speed
flight|plane|airplane|aeroplane
airplane|plane|aircraft
layover|stopover
carry-on|hand luggage|cabin bag|hand baggage|carry-on bag
luggage|baggage|bag
check bag|hold luggage|check luggage
board pass|board card
passport|travel document
abroad|overseas|in another country|in a foreign country
guest|visitor
sightseeing|tourist attraction
attraction|sight|place to see
itinerary|travel plan
exchange rate|conversion rate
withdraw|take out
overdraft|negative balance
balance|amount left
debt|money owed
credit score|credit rate
loan|credit
down payment|deposit
invest|put money into
stock|share
tax return|tax declaration
deduct|write off
self-employed|freelance|work for myself
landlord|property owner
tenant|renter
lease|rental agreement|rental contract|tenancy agreement
contract|agreement
sue|take legal action against|go to court against
lawyer|attorney|solicitor|legal counsel
will|last will
divorce|end a marriage
custody|guardianship
trademark|brand name
copyright|right of the author
illegal|against the law|unlawful
legal|lawful|allow by law
penalty|fine|punishment
steal|rob
thief|burglar
author|writer
write|author
movie|film|picture
tv show|series|show|television series
episode|installment
singer|vocalist
song|track
team|club|squad
match|game
score a goal|score
coach|trainer
stadium|arena
population|number of inhabitant|number of people
inhabitant|resident
capital|capital city
big|huge|massive
largest|biggest|greatest
smallest|tiniest
longest|greatest length
oldest|most ancient
richest|wealthiest
rich|wealthy
poor|impoverish
famous|well-known|renown
happen|occur|take place
cause|lead to|result in|bring about
cause by|due to|because of
consist of|be make of|be compose of|make up of
make of|compose of
purpose|function|use|role
mean|signify|stand for
invent|create
die|pass away
be bear|birth
war|conflict
president|head of state
sun|solar
earth|our planet
gravity|gravitational pull
temperature|heat
boil|come to the boil
freeze|turn to ice
melt|turn liquid
kid|youngster|child
baby|infant|newborn
teenager|teen|adolescent
boyfriend|partner
argue|fight|quarrel
apologize|say sorry|make amend
lie|tell a lie
trust|have faith in
party|celebration
wed|marriage ceremony
present|gift
birthday|day of birth
money-saving|cheap
save money|cut cost|spend less
afford|pay for
worth it|worthwhile
a lot of|many|much|plenty of
per day|a day|each day|every day|daily
per week|a week|each week|every week|weekly
per month|a month|each month|every month|monthly
per year|a year|each year|every year|yearly|annually
right after|immediately after
at home|home
for free|free|at no cost|free of charge|without pay
online|on the internet|over the internet|via the internet|on the web
by myself|on my own|alone
step by step|in detail
at night|nighttime|overnight
in the morn|morn
quick|speedy
easy|simple|straightforward
important|crucial|essential|vital
correct|right|proper
normal|regular|ordinary
nearby|close by|near me
enough|sufficient
possible|doable|feasible
near|close to
keep|retain
keep from|prevent|stop from|stop
prevent|avoid|stop
protect|guard|safeguard
safe|secure
gather|collect
pick|choose|select
choose|decide on
decide|make a decision
need|require|have to have
talk to|speak to|speak with|talk with|contact
contact|get in touch with|reach|reach out to
call|phone|ring
answer|reply|respond
request|apply for
complete|fill out|fill in
submit|hand in|send in|turn in
file|submit
sign|put signature on
renew|extend
switch|change|move
update|change|modify
hang up|hang
glue|stick
attach|fasten|fix
measure|gauge
clean|cleanse
wash|clean
wipe|erase
dry|dry off
cool|chill
heat|warm up|heat up
cook|prepare
sleep|get sleep
wake up|get up
fall asleep|get to sleep
dream|have dream
breathe|respire
hurt|ache|be sore
heal|recover
bleed|lose blood
`;

/** Length of the longest phrase that a group may contain, in words. */
export const MAX_PHRASE_WORDS = 4;

/** All groups: one array of words and phrases per line. */
export const SYNONYM_GROUPS: readonly (readonly string[])[] = [LINES, THINGS, QUALITIES]
  .flatMap((lines) => lines.trim().split("\n"))
  .map((line) => line.split("|"));
