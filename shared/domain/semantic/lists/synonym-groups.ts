/**
 * Words and phrases that a question may exchange without changing its answer. One group a line; a phrase has at most
 * four words and is matched by lemma. Only pairs that hold in (nearly) every everyday context belong here.
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
`;

/** Longest phrase, in words, that a group may hold. */
export const MAX_PHRASE_WORDS = 4;

/** Groups as written: one array of words and phrases a line. */
export const SYNONYM_GROUPS: readonly (readonly string[])[] = LINES.trim()
  .split("\n")
  .map((line) => line.split("|"));
