/** Making, changing, repairing, removing, keeping. */
const MAKE_AND_CHANGE = `
make a change|make change|change|alter|modify
make an adjustment|make adjustment|adjust|adjustment|tweak
adjust|tweak|fine tune
make an edit|make edit|edit
make a correction|make correction|correct|correction
correct|rectify|put right|amend
make an update|update
make an improvement|make improvement|improve|improvement
improve|enhance|make better
improve|get better at|become better at|be better at
get better|improve|become better
get worse|worsen|become worse|deteriorate|grow worse
make worse|worsen|aggravate|exacerbate
make a copy|make copy|copy|duplicate
make a backup|create a backup|take a backup|backup|back up
make a list|create a list|write a list|list
make a plan|make plan|plan|draw up a plan
make a mess|mess up
mess up|screw up|botch
make a mistake|make mistake|mistake|make an error|commit an error|err
make progress|progress|advance
make a difference|matter|have an impact
make sure|ensure|make certain|be sure|see to it
ensure|guarantee
make sense|be logical|add up
make up|invent|fabricate
make up|consist of|comprise|compose
comprise|consist of|be make up of|be compose of|be comprise of
consist of|contain|include
construct|build|put up|erect
construct|create|build
assemble|put together|piece together|build
put together|compile|assemble
produce|create|generate|make
manufacture|produce|make
craft|make|create
develop|create|build
design|draw up|plan out
draft|write up|draw up
draft|compose|write
write|compose|pen
write down|note down|jot down|put in write|take down|record
take note of|take note|note|note down
take note|make note|write note
rewrite|rephrase|reword|paraphrase
reword|paraphrase|rephrase|restate|say differently
shorten|make shorter|abbreviate|cut down
shorten|truncate
lengthen|make longer|extend
widen|make wider|broaden
narrow|make narrower
thicken|make thicker
thin|thin out|make thinner
strengthen|make stronger|fortify|reinforce
reinforce|strengthen|shore up
weaken|make weaker
soften|make softer|make soft
harden|make harder|make hard
loosen|make looser|undo
tighten|make tighter
brighten|make brighter|brighten up
darken|make darker
lighten|make lighter
sharpen|make sharper|hone
simplify|make simpler|make easier|streamline
speed up|accelerate|make faster|make quicker|quicken|hasten|expedite
expedite|fast track|rush|speed up
slow down|decelerate|make slower
boost|increase|bump up|ramp up|step up
increase|grow|go up|rise
go up|rise|climb
go down|decline|drop|fall|decrease
drop|fall|plunge
reduce|decrease|lessen|diminish|cut down|cut down on|cut back|cut back on
minimize|reduce|keep to a minimum
maximize|get the most from|get the most of|make the most of
optimize|streamline|make more efficient
double|multiply by two|make twice as
halve|cut in half|divide by two|divide in half|reduce by half
expand|enlarge|extend|broaden
shrink|contract|get smaller|become smaller
grow|get bigger|become bigger|get larger|become larger
scale up|increase
scale down|reduce
customize|personalize|tailor|make my own
customize|adapt|tailor
adapt|adjust
get used to|adjust to|adapt to|become accustom to|get accustom to
convert|change into|turn into|transform into|make into
become|turn into|change into
transform|change
switch|swap|change over
swap|trade|exchange|switch
switch over|change over|migrate
migrate|move|move over|transfer
relocate|move|move house|move home
relocate|move to
move in|take up residence
move out|vacate|leave
reset|set back to default|restore to default
rearrange|reorganize|reorder|move around
organize|arrange|put in order
organize|tidy|tidy up|declutter
declutter|get rid of clutter|clear clutter
tidy|tidy up|clean up
sort out|organize
set up|setup|configure|establish
configure|set|set up|setup
set up|install|setup
find|establish|set up|start|setup
establish|create|set up|setup
put in place|implement|establish
implement|carry out|execute|put into practice
carry out|perform|conduct|execute
execute|run|perform
accomplish|achieve|attain|reach
achieve|accomplish|get do
get do|finish|complete
finish|complete|get through|wrap up|finalize
wrap up|finish|conclude|finish up
finish off|finish|complete
finalize|complete|conclude
end up|wind up|finish up
come to an end|end|be over|finish
put an end to|end|stop
begin|start out|start off|set out
start over|begin again|start again|start from scratch|restart
start from scratch|build from scratch|begin from scratch
start up|boot up|power up|boot|turn on
power on|turn on|switch on|power up
turn off|switch off|power off|power down|shut off|shut down
shut down|turn off|power down|shutdown
shut off|turn off|cut off
shut down|close|close down
close down|shut down|close up shop
reactivate|re activate|activate again|enable again|turn back on
reopen|open again|open back up
reset|restart
restart|reboot|start up again|relaunch
resume|continue|carry on|pick up again
continue|keep on|carry on|go on|keep going
continue|proceed|go ahead|move forward|go forward
keep going|carry on|persevere|persist
persevere|persist|stick with it
keep up|maintain|sustain
keep up with|stay abreast of|keep pace with
maintain|keep up|take care of|look after|upkeep
maintain|keep|preserve|sustain
retain|keep|hold onto|hold on to
keep|hang on to|hold on to|hold onto
save|set aside|put aside|put away
set aside|put aside|reserve|earmark|allocate
allocate|assign|allot|set aside
assign|allot|give out
store|keep|put away|stash
fix|mend|patch up|repair|put right|get fix
get fix|get repair|repair|have repair|have fix
patch|repair|fix|patch up
restore|refurbish|renovate|do up
renovate|refurbish|remodel|do up|redo
replace|change|change out|swap out|switch out
replace|get a new|get a replacement
redo|do again|do over|repeat
undo|reverse|take back
reverse|undo|go back on
delete|remove|wipe|wipe out|get rid of|purge
erase|wipe|wipe clean|clear|delete
remove|take away|get rid of|take off|eliminate
remove|get off|get out|take out
remove|strip|strip off
eliminate|get rid of|remove|eradicate|do away with
eradicate|wipe out|eliminate
dispose of|throw away|throw out|discard|get rid of|bin|trash|toss|toss out|chuck out
dispose|dispose of|discard
dispose of|disposal
scrap|throw away|discard
empty|clear out|empty out
clear|clear up|get rid of|remove
cut|cut off|cut out|trim
cut off|sever|detach|remove
trim|cut|clip|prune
cut up|chop|chop up
cut open|slit
tear|rip|rip up|tear up
tear down|demolish|knock down|pull down
demolish|destroy|tear down|knock down
destroy|ruin|wreck
ruin|spoil|wreck|mess up
damage|harm|hurt
harm|hurt|injure|do harm to|be bad for
break|snap|fracture
break|bust|wreck
break down|stop work|fail|malfunction
malfunction|stop work|work incorrectly|fail
fall apart|come apart|break apart|disintegrate
take apart|disassemble|dismantle
break up|divide|split up
separate|split|divide|part
divide up|split up|share out|divide
combine|mix|put together|blend|merge|join
mix|blend|stir together|combine
mix up|confuse|muddle
join|link|connect|link up
connect|hook up|link|attach
hook up|connect|plug in
disconnect|unplug|unhook
unplug|pull the plug
attach|fix|fasten|secure
fasten|tie|secure|do up
detach|take off|remove|unfasten
tie|bind|tie up
untie|undo|unfasten
stick|glue|adhere|paste
get stick|become stick|jam|stick
unstick|get unstick|free
cover|cover up
hide|conceal|cover up
reveal|disclose|show
disclose|reveal|make know|divulge
uncover|reveal|bring to light|expose
fill|fill up|top up
top up|refill|fill up
refill|fill again|replenish
pour|tip|pour out
spread|spread out|distribute
distribute|hand out|give out|pass out
hand over|turn over|give
give|hand|pass
give away|donate
give back|return|hand back
donate|make a donation|give money|donation|make donation
put|place|set|lay
put down|lay down|set down
put back|return|replace
put off|postpone|delay|defer
put off|procrastinate|procrastination
procrastinate|put thing off|delay
defer|postpone|delay|push back
delay|hold off|hold up
push back|postpone|delay|move back
bring forward|move up|reschedule earlier
reschedule|rearrange|rebook|move
reschedule|change the date|change the time
rebook|book again
call off|cancel|scrap
abandon|give up|give up on|drop
give up|quit|stop
drop out|quit|leave
drop out of|leave|withdraw from|quit
withdraw from|pull out of|drop out of
back out|pull out|back out of|pull out of
pull out|withdraw|back out
exclude|leave out|omit
omit|leave out|skip
leave out|omit|miss out
skip|miss|leave out
include|put in|add|incorporate
incorporate|integrate|include
insert|put in|add
add|put|put in
add|include|put on
put on|apply
put on|wear|don
wear|have on
take off|remove|strip off
lift|pick up|raise
pick up|lift|grab
grab|take hold of|get hold of|seize
hold|hold on to|grip
let go|release|let loose
let go of|release|stop hold
release|set free|free|let go
free|liberate|set free
drop|let fall
throw|toss|chuck|hurl|fling
catch|get hold of|capture
transport|carry|ship|haul|move
bring|bring along|take along|take with me
bring back|return|take back
take along|bring|take with
introduce|bring in|launch|roll out
roll out|launch|release|introduce|deploy
release|launch|come out|put out|publish
come out|be release|release|be publish|launch
be release|release|come out|release date
launch|kick off|start|begin
kick off|start|begin|commence
trigger|set off|cause|activate
provoke|trigger|cause|bring on
bring on|cause|induce
bring about|cause|produce|lead to
give rise to|cause|lead to
contribute to|add to|help cause
stem from|result from|come from|originate from|be due to
come from|originate|originate from|originate in|stem from
originate|come from|begin|start
derive from|come from|be base on
`;

/** Finding out, thinking, deciding, asking, telling, reading. */
const THINK_AND_TALK = `
search|look for|search for|look|hunt for
search|do a search|run a search|perform a search
look for|seek|hunt for|search for|try to find
look up|find|search for|search|look for
look up|consult|check
find|locate|track down|pin down
track down|trace|find
trace|track|track down
track|keep track of|follow|monitor
monitor|keep track of|keep an eye on|watch
keep an eye on|watch|monitor|watch over
keep tab on|keep track of|monitor|track
track|trace|locate
find out|learn|discover
find out|determine|figure out|establish|check
find out|know|tell|see
figure out|work out|determine|find out
figure out|solve|work out
work out|workout|calculate|figure out
work out|solve|resolve
determine|identify|establish|find out
determine|decide|settle
identify|recognize|spot|tell
recognize|spot|detect|identify
detect|spot|find|discover
tell|know|determine|see
tell|know|recognize
tell apart|distinguish|differentiate|tell the difference between|tell the difference
distinguish|differentiate|tell apart|distinguish between|differentiate between
differentiate|distinguish|differentiation
point out|indicate|highlight
indicate|show|signal|point to
imply|suggest|mean
suggest|indicate|point to
prove|demonstrate|show|establish
demonstrate|show|illustrate
give proof|provide proof|prove|show proof|proof
provide evidence|give evidence|show evidence|evidence
check|check on|look at
check|inspect|examine|look over
inspect|examine|look over|take a look at
examine|study|look at|analyze
take a look at|look at|have a look at|check out|check
take a look|have a look|look
look over|review|go over|go through
go over|review|run through
review|go over|look back over
do a review|review|carry out a review
analyze|perform an analysis|analysis|do an analysis|examine
investigate|look into|probe|make inquiry|carry out an investigation
look into|investigate|research|explore
research|do research|conduct research|research on|look into
do research|do research on|research
explore|look around|discover
inspect|do an inspection|inspection|perform an inspection
check|verify|make sure|double check|confirm
double check|verify|recheck|check again
confirm|verify|make certain
test|try out|try
test|put to the test|run a test|do a test|perform a test|test out
get test|take a test|test|have a test
take a test|test|take an exam|sit an exam|exam
take an exam|sit an exam|take the exam|sit the exam|write an exam
retake|resit|take again|redo
study for|prepare for|revise for|review for
study|revise|hit the book
prepare|get ready|make preparation|get prepare
prepare for|get ready for|plan for
prepare|make ready
compare|make a comparison|comparison|contrast
evaluate|assess|judge|gauge
assess|evaluate|assessment|evaluation
estimate|make an estimate|approximate|guess
guess|make a guess|take a guess
measure|take measurement|take a measurement|measurement
calculate|do the calculation|work out|compute|make a calculation
count|tally|count up
add up|total|sum|sum up
sum|add together|add up|total
calculate|determine|find
round|round up or down|round off
convert|conversion|do a conversion
think|believe|reckon|feel
think about|consider|ponder|reflect on|contemplate
consider|take into account|think about|take into consideration|bear in mind|keep in mind
take into account|consider|factor in|account for|allow for
keep in mind|bear in mind|remember
remember|recall|keep in mind
remember|recollect|recall
memorize|learn by heart|commit to memory|remember
remind|give a reminder|reminder|send a reminder
set a reminder|create a reminder|make a reminder|add a reminder|reminder
set an alarm|alarm|put on an alarm
think of|come up with|invent|devise
come up with|devise|dream up|create|generate
brainstorm|come up with idea|think up idea|generate idea
plan|make plan for|plan for
plan|organize|arrange
intend|plan|mean to
plan to|intend to|mean to
imagine|picture|visualize|envision
suppose|assume|presume
expect|anticipate|foresee
predict|forecast|foresee|make a prediction|prediction
understand|comprehend|grasp|make sense of|get my head around
understand|have an understand of|get to grip with
misunderstand|misinterpret|get wrong|misread
interpret|make sense of|read|understand
realize|become aware of|notice
notice|become aware of|spot
become aware of|find out about|learn about
know about|be aware of|be familiar with
learn|pick up|master
learn|get to know|become familiar with
learn about|find out about|read about|study
get to know|become acquaint with|learn about
learn|teach myself|self teach
teach|give lesson in|instruct
teach|show|show how
instruct|teach|train
train|get train|receive train|do train
train|coach
practice|rehearse|do practice
practice|get practice
get good at|become good at|get better at|improve at|master
master|become an expert in|become proficient in|get good at
brush up on|refresh|review|polish
focus|concentrate|pay attention|stay focus
concentrate|focus|keep focus|stay focus|maintain focus
pay attention|pay attention to|listen
ignore|disregard|overlook
overlook|miss
decide|make a decision|make up my mind|make up your mind|come to a decision|reach a decision|decision
decide|choose|determine
decide on|settle on|choose|pick
choose|make a choice|pick|select|choice|opt for|go for
choose|opt for|go for|go with
select|pick out|choose|pick
choose between|decide between|pick between
change my mind|change your mind|reconsider|have second thought
reconsider|think again|rethink
prefer|like better|favor|like more
agree|concur|be of one mind
agree to|consent to|accept
consent|give consent|give permission|agree
agree|come to an agreement|reach an agreement|make an agreement
come to term with|accept
disagree|have a disagreement
accept|say yes to|agree to
turn down|decline|reject|refuse
refuse|decline|be unwilling to
reject|turn down|dismiss|knock back
approve|give approval|sign off|sign off on|give the green light
get approval|get approve|be approve|approval
get approve|be approve|get accept
allow|give permission|permit|authorize
get permission|obtain permission|permission|ask permission|ask for permission
get permission|permission|receive permission
allow|enable
prohibit|forbid|disallow
restrict|limit|put a limit on
limit|put a cap on|restrict|set a limit
impose|put|levy
ask|pose a question|ask a question|put a question
ask|inquire|enquire|query
ask about|inquire about|enquire about
ask for|request|put in a request|make a request|submit a request
request|make a request|put in for|ask for
beg|plead|plead for
demand|insist on|call for
require|call for|demand
claim|assert|say
answer|give an answer|provide an answer|respond to|reply to
respond to|reply to|answer|deal with
respond|give a response|reply|response|get back to
reply|write back|respond|answer
get back to|reply to|respond to
call back|return a call|phone back|ring back
call|give a call|make a call|phone|make a phone call|give a ring
call up|phone|call|ring up
make a call|make a phone call|phone call|place a call|call
make a video call|video call|video chat|do a video call
hang up|end a call|end the call|put down the phone
pick up the phone|answer the phone|answer a call|take a call
text|send a text|send a message|message|send a text message
message|send a message|write to
send a message|write a message|message
email|send an email|write an email|drop an email
send an email|write an email|send email
reach|get hold of|get in touch with|contact
contact|reach out|get in touch|make contact|make contact with
contact|get ahold of|get a hold of|reach
keep in touch|stay in touch|stay in contact|keep in contact
stay in touch with|keep in touch with|keep in contact with
talk|speak|chat|have a conversation|have a chat|converse
talk about|discuss|speak about|have a discussion about
discuss|talk over|have a discussion|discussion|talk through
have a conversation|hold a conversation|make conversation|conversation
start a conversation|strike up a conversation|begin a conversation
bring up|raise|mention
mention|refer to|bring up
refer to|mean|call
tell|inform|let know|notify
notify|inform|alert|let know|give notice to|send notice
inform|notify|advise|make aware
warn|give a warn|alert|caution
warn about|alert to
announce|make an announcement|announcement|declare
announce|make public|declare|make know
say|state|utter
say|express|put into word
express|convey|communicate
communicate|get across|convey
describe|give a description|provide a description|description
explain|give an explanation|clarify|explanation|account for
explain|break down|spell out|walk through
clarify|make clear|clear up|explain
summarize|give a summary|sum up|make a summary|summary|recap|write a summary
summarize|condense|sum up
give an example|give example|example|provide an example|give some example
name|list|give|state
name|give a name|give a name to|call
rename|change the name of|give a new name
change my name|change your name|name change
list|make a list|give a list of|enumerate
specify|state|indicate|set out
define|give a definition|provide a definition|definition
translate|do a translation|translation|make a translation
pronounce|say|pronunciation
spell|write
read|go through|read through
read through|go through|go over|peruse
skim|scan|read quickly
proofread|check for error|check for mistake|check spell
quote|cite|reference
cite|make a citation|citation|reference
record|make a record|tape
record|keep a record of|log|document|keep a log of
keep a record|keep record|record
draw|sketch|make a draw
paint|do a paint
give a speech|make a speech|deliver a speech|speech|give a talk
give a presentation|do a presentation|make a presentation|presentation|present|deliver a presentation
present|give a presentation|introduce
introduce myself|introduce yourself|make an introduction|self introduction
give advice|advise|advice|offer advice
get advice|seek advice|ask for advice|ask advice|advice
advise|recommend|counsel
recommend|make a recommendation|recommendation|give a recommendation
suggest|make a suggestion|suggestion|propose|put forward
propose|make a proposal|put forward
give feedback|leave feedback|provide feedback|feedback|offer feedback
leave a review|write a review|post a review|review|give a review
complain|make a complaint|lodge a complaint|submit a complaint|complaint|file a complaint|raise a complaint
complain to|make a complaint to
report|make a report|file a report|submit a report
report|flag|tell
give a compliment|compliment|pay a compliment|praise
praise|compliment|commend
criticize|give criticism|criticism
insult|offend
apologize|make an apology|offer an apology|apology|say sorry|give an apology
apologize to|say sorry to
thank|say thank you|express gratitude|give thank|say thank
congratulate|say congratulation|offer congratulation|congratulation
greet|say hello|say hello to|say hi
say goodbye|bid farewell|goodbye|farewell
promise|make a promise|give my word|give your word
lie|tell lie|tell a lie|be dishonest
tell the truth|be honest|be truthful
keep a secret|secret|keep secret|keep quiet
deceive|trick|fool|mislead
trick|fool|dupe
pretend|make believe|fake
joke|tell a joke|make a joke|kid
make fun of|mock|tease|ridicule
convince|persuade|talk into
persuade|convince|get to agree
motivate|encourage|inspire
encourage|give encouragement|motivate
influence|have an influence on|affect|have an effect on
affect|have an effect on|impact|have an impact on|influence
affect|impact|effect
have an effect|have an impact|make a difference|affect
`;

/** The body, health, sleep, food, home, family, feelings, leisure. */
const DAILY_LIFE = `
take a shower|have a shower|shower|get a shower
take a bath|have a bath|bathe|bath
take a nap|have a nap|nap
take a break|have a break|break|take break
take a rest|have a rest|rest|get rest|get some rest
take a walk|go for a walk|walk|have a walk|go walk|go on a walk
go for a run|go run|run|take a run|jog|go jog
go for a swim|swim|go swim|take a swim|have a swim
go hike|hike|take a hike|go on a hike
go cycle|ride a bike|cycle|bike|go bike|go for a ride
ride|go for a ride|take a ride
take a breath|breathe|inhale|breathe in
exhale|breathe out
hold my breath|hold your breath|breath hold
take a bite|bite
take a sip|sip
take a seat|have a seat|sit|sit down|be seat
stand|stand up|get up
lie down|recline
get up|stand up|rise
get up|wake up|get out of bed|rise
wake up|wake|awaken|awake
wake up early|get up early|rise early|become an early riser
go to bed|go to sleep|hit the hay|turn in
go to sleep|fall asleep|get to sleep|doze off|drift off|nod off
fall asleep|fall asleep faster
stay awake|keep awake|remain awake|avoid fall asleep
stay up|stay awake
sleep in|sleep late|oversleep
sleep well|get good sleep|sleep soundly|get quality sleep
get enough sleep|sleep enough|get sufficient sleep
snore|stop snore
have a dream|dream|have dream
have a nightmare|nightmare|have nightmare
yawn|yawn so much
get dress|dress|put on clothe|put clothe on
get undress|undress|take off clothe
get dress up|dress up
get a haircut|have a haircut|haircut|get my hair cut|get your hair cut
cut hair|haircut|do a haircut
dye|color|dye hair
shave|shave off
brush my tooth|brush your tooth|clean my tooth|clean your tooth
wash my hand|wash your hand|clean my hand|clean your hand
wash my hair|wash your hair|shampoo
put on makeup|apply makeup|do makeup|wear makeup
get a tattoo|have a tattoo|tattoo
get rid of|remove|cure|clear up
get rid of|cure|heal|treat
get rid of|kill|exterminate
get rid of|stop|end
cure|heal|remedy
treat|cure|remedy
soothe|relieve|ease|calm
relieve|ease|lessen|alleviate|reduce
relieve stress|reduce stress|destress|manage stress|de stress|alleviate stress
get sick|fall ill|become ill|become sick|get ill|fall sick|catch a disease
get sick|be ill|be sick
feel sick|feel nauseous|feel nauseate|nausea|be nauseous
feel unwell|feel ill|feel bad
feel dizzy|be dizzy|dizziness|get dizzy
feel tire|be tire|tiredness|fatigue|get tire|feel fatigue
get better|recover|heal|get well|feel better
recover|get over|recuperate|recovery
recover from|get over|bounce back from|recuperate from
catch a cold|get a cold|cold|have a cold
catch|contract|come down with|get infect with
get infect|infection|become infect|catch an infection
get the flu|catch the flu|have the flu|flu
have a fever|fever|get a fever|run a fever|run a temperature|have a temperature
have a headache|get a headache|get headache|headache|have headache
have pain|pain|be in pain|feel pain|have a pain
hurt|be painful|pain|ache|cause pain
hurt|injure|wound
get hurt|get injure|be injure|injury|injure
sprain|twist
break a bone|fracture|fracture a bone
pass out|faint|lose consciousness|black out
vomit|throw up|puke|be sick
throw up|vomit|spew
cough|have a cough|get a cough
itch|be itchy|feel itchy
scratch|itch
bleed|have bleed|hemorrhage
swell|swell up|be swell|get swell
sweat|perspire|perspiration
pee|urinate|urine|pass urine
poop|defecate|have a bowel movement|stool
be constipate|constipation|get constipate
have diarrhea|diarrhea|get diarrhea
get pregnant|become pregnant|conceive|fall pregnant
give birth|have a baby|deliver a baby|childbirth
breastfeed|nurse|breast feed
lose weight|weight loss|drop pound|shed weight|get thinner|shed pound|slim down
lose weight|reduce weight|drop weight|reduce my weight
lose fat|burn fat|fat loss|reduce fat
lose belly fat|burn belly fat|reduce belly fat
gain weight|put on weight|weight gain|increase weight|increase my weight
gain muscle|build muscle|put on muscle|muscle gain|grow muscle
get in shape|get fit|become fit|get into shape
stay fit|keep fit|stay in shape|keep in shape
stay healthy|keep healthy|remain healthy|maintain good health
get taller|grow taller|increase height|increase my height|gain height
go on a diet|diet|follow a diet|be on a diet
exercise|do exercise|work out|workout|get exercise|train
work out|workout|go to the gym|hit the gym
warm up|do a warm up
stretch|do stretch
do yoga|practice yoga|yoga
meditate|do meditation|practice meditation|meditation
take medicine|take medication|use medication|take drug
take a pill|swallow a pill|take pill
overdose|take too much
get vaccinate|get a vaccine|vaccine|vaccination|get a shoot|get vaccination|receive a vaccine
get an xray|have an xray|xray
see a doctor|go to the doctor|visit a doctor|see the doctor|consult a doctor
see a dentist|go to the dentist|visit a dentist|visit the dentist|see the dentist
see a therapist|go to therapy|therapy|get therapy
get diagnose|diagnosis|receive a diagnosis|be diagnose|diagnose
diagnose|make a diagnosis|diagnosis
have surgery|get surgery|surgery|undergo surgery|have an operation
prescribe|write a prescription for
fill a prescription|get a prescription fill
smoke|smoke cigarette
stop smoke|quit smoke|give up smoke|smoke cessation|quit cigarette|stop cigarette
stop drink|quit drink|give up drink|quit alcohol|give up alcohol|stop drink alcohol
stop masturbate|quit masturbate|stop masturbation|quit masturbation
get drink|become drink|be intoxicate
sober up|get sober|become sober
have sex|sexual intercourse|make love
cook|make|prepare|fix
cook|do the cook
make dinner|cook dinner|prepare dinner|fix dinner
make breakfast|cook breakfast|prepare breakfast|fix breakfast
make lunch|cook lunch|prepare lunch|fix lunch
eat breakfast|have breakfast|breakfast
eat lunch|have lunch|lunch
eat dinner|have dinner|dinner|dine
eat out|dine out|go out to eat
order takeout|get takeout|takeout|order takeaway|get takeaway
have a meal|eat|eat a meal|meal
have a snack|snack|eat a snack
feast|eat a lot
overeat|eat too much|binge
drink|have a drink|sip
chew|chew up
swallow|gulp down
warm up|reheat|heat up|warm
reheat|heat again|warm up again|heat up
heat|warm|heat up
cool|cool down|cool off|let cool
cool down|get cool|chill
thaw|defrost|unfreeze
freeze|put in the freezer|deep freeze
refrigerate|put in the fridge|keep in the fridge|keep in refrigerator|store in the fridge
marinate|put in marinade
season|add season|flavor
peel|take the skin off|remove the skin|skin
grate|shred
mash|crush
squeeze|press out
drain|strain
soak|steep
knead|work the dough
sprinkle|scatter
coat|cover
rise|puff up
burn|char|scorch
go bad|spoil|rot|go off|turn bad
go stale|become stale
keep fresh|stay fresh|preserve freshness
last|keep|stay good|stay fresh
do the dish|wash the dish|wash dish|wash up|do dish
do laundry|do the laundry|wash clothe|laundry|wash my clothe|wash your clothe
do the clean|clean|clean up
clean|clean up|clean out|clean off
clean|scrub|wipe down
clean the house|clean house|do housework|do the housework|house clean
vacuum|do the vacuum|hoover
sweep|sweep up
mop|mop up
wipe|wipe off|wipe down
dust|do the dust
disinfect|sanitize|sterilize
rinse|rinse off|rinse out
dry|dry out|dry off
iron|do the iron|press
fold|fold up
hang|hang up|put up
decorate|put up decoration|adorn
furnish|put furniture in
redecorate|decorate again
do the shop|shop|go shop|do shop
do grocery|buy grocery|grocery shop|get grocery|shop for grocery
do my homework|do your homework|homework|complete homework
do chore|do housework|chore|household chore
mow the lawn|cut the grass|mow|mow lawn
water the plant|water plant|give plant water|water
plant|put in the ground|sow
sow|plant|plant seed
grow|raise|cultivate
grow from seed|start from seed
harvest|pick|gather
weed|pull weed|remove weed
prune|cut back|trim
dig|dig up|dig out
unclog|clear a blockage|unblock|clear
turn off the water|shut off the water
pack|put in box
unpack|empty
lock|lock up
unlock|open
get in|enter|go in|come in|get into
get into|enter|gain entry to|gain access to
get out|exit|leave|go out
get out of|leave|exit|escape
escape|get away|break out|flee|get out
run away|flee|escape
hide|go into hide
break in|break into|burglarize
have a baby|have a child|have kid|have child
raise a child|bring up a child|raise child|raise kid|bring up child|parent
raise|bring up|rear
adopt|take in
babysit|look after child|look after kid|watch kid
look after|take care of|care for|tend to|attend to
take care of|care for|look after|tend
discipline|punish|give discipline
scold|tell off
play with|have fun with
walk my dog|walk your dog|walk the dog|walk a dog|dog walk
train my dog|train your dog|train the dog|train a dog
housebreak|potty train|house train|toilet train
neuter|spay or neuter|fix
spay|sterilize
groom|brush
pet|stroke
get a pet|adopt a pet|get an animal
euthanize|put to sleep|put down
get marry|marry|get hitch|tie the knot
marry|wed
get engage|become engage|engagement
propose|propose marriage|ask to marry
get divorce|divorce|get a divorce|end my marriage|end your marriage|file for divorce
break up|split up|split|end a relationship|end the relationship
break up with|dump|split up with|leave
get back together|reunite|make up|reconcile
get my ex back|get your ex back|win my ex back|win your ex back|reconcile with my ex
date|go out with|see
ask out|invite on a date|ask on a date
go on a date|date|have a date
fall in love|love
fall in love with|love
be in love|love|be in love with
have a crush on|crush on|fancy|like
flirt|flirt with
kiss|give a kiss
hug|give a hug|embrace|cuddle
hold hand|hold a hand
cheat on|be unfaithful to|cheat
get along|get on|be on good term
get along with|get on with
make friend|find friend|make new friend|meet friend|get friend
meet new people|meet people|get to know people
meet|get together with|meet up with|meet up
meet up|get together|meet
hang out|spend time|chill
hang out with|spend time with
spend time with|be with
visit|pay a visit|pay a visit to|go to see|go and see|come to see|drop by
drop by|stop by|come over|come by|drop in
invite|send an invitation|extend an invitation|invitation|ask along
invite over|have over
host|hold|throw
throw a party|host a party|have a party|hold a party
celebrate|have a celebration|celebration|mark
give a gift|give a present|gift|present
wrap a gift|wrap a present|gift wrap
argue|have an argument|quarrel|argument|have a fight|get into an argument
fight|get into a fight|have a fight
forgive|pardon|give forgiveness
get revenge|take revenge|revenge|get even
bully|pick on
get bully|be bully|bully
help|assist|give help|lend a hand|aid|help out|give a hand
help with|assist with|aid with
support|back|back up
get help|seek help|ask for help|find help|receive help
comfort|console|cheer up
cheer up|make happy|lift spirit
calm down|relax|chill out|cool down
relax|unwind|chill out|wind down|destress
rest|take it easy|relax
feel sad|be sad|be unhappy|sadness
feel depress|be depress|depression|get depress
feel lonely|be lonely|loneliness|feel alone
feel anxious|be anxious|anxiety|have anxiety|get anxious
feel guilty|be guilty|guilt
feel nervous|be nervous|nervousness|get nervous
feel stress|be stress|get stress|stress
be happy|feel happy|happiness|become happy|find happiness
get angry|become angry|lose my temper|lose your temper|get mad|anger
be angry|be mad|anger
control my anger|control your anger|manage my anger|manage your anger|anger management
get bore|be bore|boredom|become bore|feel bore
get rid of boredom|beat boredom|overcome boredom
be afraid of|fear|be scare of|be frighten of|be terrify of
overcome fear|get over fear|conquer fear|overcome a fear
overcome|get over|beat|conquer
overcome|deal with|handle
get over|overcome|move on from
move on|get over it|get past it
worry|be worry|be concern
worry about|be concern about|be worry about
stop worry|worry less
cry|weep|shed tear
laugh|giggle|chuckle
smile|grin
enjoy|like|take pleasure in
enjoy|have fun|have a good time
have fun|enjoy myself|enjoy yourself|have a good time
love|adore
hate|dislike|detest|loathe
like|be fond of|enjoy
miss|long for
hope|wish
hope for|wish for
dare|have the courage
be proud of|take pride in|pride
be jealous|jealousy|get jealous|feel jealous|be envious
gain confidence|build confidence|boost confidence|become confident|become more confident|be more confident
become confident|gain self confidence|build self confidence|increase self confidence
build self esteem|boost self esteem|improve self esteem|raise self esteem
embarrass|make embarrass|humiliate
stop being shy|overcome shyness|get over shyness
go out|leave the house
stay in|stay at home|stay home
stay|spend the night|stay overnight
kill time|pass time|pass the time
waste time|time waste
play a game|game|play game|play
play guitar|play the guitar|guitar play
win|be victorious|come first
win|beat|defeat
beat|defeat|win against
lose|be defeat|get beat
cheat|cheat in
score|get a point|make a point
compete|compete in
take part|participate|join in|get involve
take part in|participate in|join|join in
get involve in|take part in|participate in|become involve in
watch|view|see
watch a movie|see a movie|watch movie|watch a film
watch tv|watch television
listen to music|listen to a song|hear music
sing|sing a song
dance|do a dance
take a picture|take a photo|photograph|snap a photo|photo|picture|take photo|take picture
take a selfie|selfie|take selfie
take a screenshot|screenshot|take a screen shoot|capture a screenshot|capture screenshot|make a screenshot
shoot a video|record a video|make a video|film a video
film|shoot|record
collect|gather|accumulate
bet|place a bet|gamble|make a bet|wager
hunt|go hunt
fish|go fish
camp|go camp
ski|go ski
surf|go surf
skate|go skate
climb|go climb
go bowl|bowl
travel|go travel|take a trip|go on a trip|make a trip
read a book|read book
write a book|author a book|book write
solve a puzzle|do a puzzle
`;

/** Money, shopping, orders, contracts, work, school, law, insurance. */
const MONEY_AND_WORK = `
make a payment|pay|payment|make payment|send a payment|submit a payment
pay|pay for|settle
pay a bill|pay my bill|pay your bill|pay the bill|bill payment|bill pay|pay bill|settle a bill|settle my bill|settle the bill
pay off|clear|repay|settle|pay back
pay back|repay|reimburse|return
pay upfront|pay in advance|prepay|prepayment
pay late|make a late payment|late payment
miss a payment|late payment|miss payment|skip a payment|forget a payment
split the bill|share the bill|split a bill
pay in installment|pay by installment|pay in monthly installment|installment payment
pay online|make an online payment|make online payment|online payment
pay tax|pay my tax|pay your tax|tax payment
file tax|file my tax|file your tax|do my tax|do your tax|file a tax return|submit a tax return|do tax
file late|submit late|late file
get a tax refund|tax refund|receive a tax refund
claim|make a claim|file a claim|submit a claim|put in a claim|lodge a claim
owe|be in debt to|have to pay
get out of debt|pay off debt|eliminate debt|clear my debt|clear your debt|become debt free
go bankrupt|file for bankruptcy|declare bankruptcy|bankruptcy|file bankruptcy
get a refund|get my money back|get your money back|receive a refund|obtain a refund|refund|be refund|get refund|get money back
request a refund|ask for a refund|claim a refund|refund|refund request|apply for a refund
give a refund|issue a refund|refund|process a refund|give refund|offer refund|provide refund
make a return|return|send back|take back|return an item|return an order|process a return
make an exchange|exchange|swap
make a purchase|purchase|buy|make purchase
buy|purchase|acquire
buy online|shop online|purchase online|order online|online shop
place an order|order|make an order|put in an order
order|buy|place an order for
cancel an order|cancel my order|cancel your order|cancel the order|order cancellation
change my order|change the order|modify my order|modify the order|edit my order|edit the order|amend my order|amend the order
track an order|track my order|track the order|order track|order status|check my order status|check the order status
track a package|track my package|track the package|package track|trace my package|trace the package|track my parcel|track the parcel
cancel my subscription|cancel the subscription|unsubscribe|end my subscription|end the subscription|stop my subscription|stop the subscription|subscription cancellation
cancel|opt out of|get out of
get out of|terminate|break|cancel
renew my subscription|renew the subscription|extend my subscription|extend the subscription|subscription renewal
renew|renewal|get renew
auto renew|renew automatically|automatic renewal|auto renewal|automatically renew
sign up|signup|register|enroll|subscribe
sign up for|register for|enroll in|subscribe to|join
join|become a member|become a member of|sign up for
become a member|membership|get a membership|get membership
sell off|liquidate|sell
sell|put up for sale
sell online|online sell
be on sale|go on sale|sale
get a discount|receive a discount|discount|get discount|give a discount|offer a discount
apply a coupon|use a coupon|redeem a coupon|apply a promo code|use a promo code|enter a promo code
redeem|cash in|use
bargain|haggle|negotiate|negotiate a price
negotiate|bargain|do negotiation|negotiation
charge|bill|invoice
get charge|be charge|be bill|charge|get bill
charge twice|double charge|bill twice|charge two time
overcharge|charge too much
cost|be price at|go for|set me back
be worth|cost|worth
save money|save|put money aside|put away money|save up
save up|save money for|put money aside for|save for|save up for
spend|pay out|use up
spend less|cut spend|reduce spend|cut expense|reduce expense|cut down on spend
waste|squander|throw away
budget|make a budget|create a budget|draw up a budget
earn|make|bring in
make money|earn money|earn income|generate income|make income|get money
make money online|earn money online|earn online|make money on internet
make extra money|earn extra money|earn extra income|make extra income|make additional income
get rich|become rich|become wealthy|make a fortune
borrow money|take out a loan|get a loan|loan|take a loan|obtain a loan
take out a loan|get a loan|take a loan|obtain a loan|secure a loan|apply for a loan
lend|loan|give a loan
take out a mortgage|get a mortgage|obtain a mortgage|mortgage|apply for a mortgage
refinance|redo a loan
qualify for|be eligible for|meet the requirement for|eligibility for
qualify|be eligible|meet the requirement|be entitle
be entitle to|have a right to|be eligible for|have the right to
deposit money|make a deposit|put money in|pay in|deposit|put money into
deposit a check|cash a check|check deposit|pay in a check
withdraw money|make a withdrawal|take money out|withdrawal|withdraw|take out money|get cash out|withdraw cash
transfer money|send money|make a transfer|wire money|money transfer|transfer fund|make a bank transfer
send money|transfer money|remit|remittance
exchange money|change money|currency exchange|exchange currency|convert currency
open a bank account|start a bank account|create a bank account
open an account|set up an account|start an account|account open
close an account|close my account|close the account|account closure|shut my account|shut the account
delete an account|delete my account|delete the account|remove my account|remove the account|account deletion
freeze my card|freeze your card|freeze the card|lock my card|lock your card|lock the card|block my card|block your card|block the card|put card on hold
invest|make an investment|put money in|make investment
invest in|put money into|buy into
invest in stock|invest in stock market|stock investment|invest in share|buy stock|buy share
diversify|spread risk|spread the risk
donate|give to charity|contribute
sponsor|give sponsorship|fund
fund|finance|pay for|provide fund for
raise money|raise fund|fundraise|get fund|raise capital
inherit|get an inheritance|receive an inheritance
make a will|write a will|draw up a will|create a will|draft a will
rent|rent out|let out|lease
rent out|let out|lease out
sublet|sublease|sublet out
rent|hire|charter
rent an apartment|rent a flat|lease an apartment|apartment rental
rent a car|hire a car|car rental|car hire
pay rent|pay the rent|rent payment
break a lease|terminate a lease|end a lease early|get out of lease|break my lease|break the lease|end my lease early|end the lease early
give notice|hand in notice|hand in my notice|hand in your notice|resign|put in my notice|put in your notice|submit my notice|submit your notice
evict|kick out|throw out|force out
get evict|be evict|eviction|get kick out
buy a house|purchase a house|buy a home|purchase a home|house purchase|home purchase
sell my house|sell your house|sell a house|sell my home|sell your home|sell a home|sell my property|sell your property|sell a property
move house|move home|change address|move to new house
apply|make an application|submit an application|put in an application|send an application|application
apply for a job|job application|submit a job application
apply for|put in for|submit an application for|make an application for
apply to|submit an application to
fill out|fill in|complete|fill up
fill out a form|fill in a form|complete a form|complete the form|fill out the form|fill in the form
hand in|submit|turn in|give in
submit|send|send in|send off
send|mail|post|ship
send|submit|forward
send off|mail out|dispatch
ship|send|dispatch|mail
ship internationally|ship abroad|ship overseas|deliver internationally|international ship|deliver abroad|deliver overseas
get deliver|arrive|be deliver|delivery|turn up|come
arrive|come|get here|show up|turn up
turn up|show up|appear|arrive
appear|show up|show|turn up|come up
deliver|drop off|bring
drop off|deliver|leave
pick up|collect|come and get|fetch
sign for|give a signature for
sign|put my signature on|put your signature on|give a signature
sign a contract|sign an agreement|enter into a contract|enter into an agreement|contract sign
sign electronically|esign|e sign|digitally sign|electronic signature|add an electronic signature
notarize|get notarize|have notarize
get a job|find a job|land a job|find work|get hire|find employment|secure a job|obtain a job|job
look for a job|search for a job|job search|look for work|job hunt|seek employment|find a job
hire|employ|recruit|take on
get hire|be hire|get a job|land a job
recruit|hire|recruitment
get fire|lose my job|lose your job|be fire|get sack|be dismiss|get let go
fire|terminate|let go|dismiss|sack
lay off|make redundant|let go
get lay off|be lay off|be make redundant|lay off|layoff
quit my job|quit your job|quit a job|leave my job|leave your job|leave a job|resign|resign from my job|resign from your job|resign from a job|resignation
resign|step down|hand in my resignation|hand in your resignation|resignation|submit my resignation|submit your resignation
quit|resign from|leave
retire|take retirement|stop work|go into retirement
retire early|take early retirement|early retirement|go into early retirement
get promote|get a promotion|promotion|receive a promotion|be promote|earn a promotion
promote|give a promotion|move up
get a raise|ask for a raise|request a raise|raise|get a pay rise|receive a raise|ask for pay rise
negotiate my salary|negotiate your salary|negotiate a salary|salary negotiation|negotiate my pay|negotiate your pay|negotiate a pay
get pay|receive payment|be pay|receive pay|receive my salary|receive your salary
get pay overtime|receive overtime pay|earn overtime
change career|switch career|career change|change my career|change your career|switch my career|switch your career
change job|switch job|job change|change my job|change your job|switch my job|switch your job
start a business|open a business|set up a business|launch a business|begin a business|start my business|start your business|start own business|find a business|start up a business
start a company|find a company|set up a company|open a company|launch a company|form a company|incorporate
run|operate|manage
run a business|operate a business|manage a business|own a business
manage|run|be in charge of|oversee|lead
be in charge of|be responsible for|handle|manage|head
be responsible for|be in charge of|take responsibility for
supervise|oversee|manage
lead|head|be the leader of
delegate|hand off|hand over
outsource|contract out
advertise|promote|market
advertise|run ads|place an ad|put up an ad|advertisement|run an advertisement
promote|market|publicize
sell|market
attract|draw in|bring in|pull in
get customer|attract customer|find customer|gain customer|get client|attract client|find client
network|make connection|make contact
collaborate|work together|cooperate|team up|work jointly
collaborate with|work with|cooperate with|team up with
work for|be employ by|be employ at
work with|use|deal with
work on|deal with
work as|be employ as|have a job as
take time off|take leave|take off work|get time off|take day off|take a day off|get leave|time off
request time off|ask for time off|request leave|apply for leave|ask for leave|request vacation
take sick leave|call in sick|take a sick day|sick leave|be off sick|sick day
take maternity leave|go on maternity leave|maternity leave
take paternity leave|go on paternity leave|paternity leave
take vacation|go on vacation|vacation|go on holiday|take a vacation|take a holiday|holiday
carry over|roll over|bring forward
carry over|rollover|carry forward|roll over
go on strike|strike
clock in|punch in|check in for work
clock out|punch out
work overtime|do overtime|overtime|work extra hour
work from home|work remotely|telecommute|work at home
work night|work the night shift|do night shift|night shift
commute|travel to work|get to work
attend|go to|be present at|be at
attend a meet|go to a meet|be in a meet
hold a meet|have a meet|run a meet|host a meet|meet
schedule a meet|set up a meet|arrange a meet|book a meet|plan a meet|organize a meet
schedule|set a time for|set up|book|arrange
arrange|organize|set up|fix up
make an appointment|book an appointment|schedule an appointment|set up an appointment|get an appointment|arrange an appointment|appointment
cancel an appointment|cancel my appointment|cancel your appointment|appointment cancellation
make a reservation|book|reserve|make a book|reservation|book a reservation
book a table|reserve a table|make a table reservation|table reservation
meet a deadline|make a deadline|hit a deadline|finish on time
miss a deadline|miss the deadline|be late for deadline
interview|have an interview|do an interview|job interview|attend an interview
prepare for an interview|interview preparation|prepare for interview|get ready for interview
write a resume|make a resume|create a resume|prepare a resume|resume
write a cover letter|create a cover letter|make a cover letter|cover letter
go to college|attend college|enroll in college|study at university|go to university|attend university
get into|get admit to|be accept into|gain admission to|get accept to|be admit to|get admission in
get into college|get into university|get accept into college|college admission|university admission
go to school|attend school
go back to school|return to school|return to education
graduate|finish college|complete a degree|get my degree|get your degree|earn a degree
get a degree|earn a degree|degree|obtain a degree|do a degree|complete a degree
major in|study|specialize in
specialize in|be a specialist in|concentrate on
take a class|take a course|enroll in a course|do a course|take class|attend a class
take a course|course|do a course|take an online course
drop a class|drop a course|withdraw from a class|withdraw from a course
pass a test|pass the test|pass an exam|pass the exam|clear an exam|clear the exam|succeed in the exam
clear|pass|crack
fail a test|fail an exam|fail the exam|fail the test|flunk
fail|flunk
get good grade|earn good grade|get high mark|get good mark|score good mark|score high
cheat on a test|cheat in an exam|cheat on an exam|cheat in exam
plagiarize|commit plagiarism|plagiarism
get a scholarship|win a scholarship|scholarship|obtain a scholarship|receive a scholarship|earn a scholarship
study abroad|study overseas|study in another country|study in foreign country
work abroad|work overseas|work in another country|work in foreign country
live abroad|live overseas|live in another country|live in foreign country
move abroad|move overseas|emigrate|move to another country
immigrate to|move to|emigrate to
get a visa|obtain a visa|visa|apply for a visa|receive a visa
get a passport|obtain a passport|apply for a passport|receive a passport
renew my passport|renew your passport|renew a passport|passport renewal|get my passport renew|get your passport renew
renew my license|renew your license|renew a license|license renewal|get my license renew|get your license renew
get my license|get your license|get a license|obtain a license|obtain my license|obtain your license
get a drive license|get a driver license|obtain a driver license|obtain a drive license|get my driver license|get your driver license
become a citizen|get citizenship|obtain citizenship|citizenship|acquire citizenship|gain citizenship|naturalize
become a doctor|be a doctor|train as a doctor
become a lawyer|be a lawyer|train as a lawyer
become a teacher|be a teacher|train as a teacher
become a pilot|be a pilot|train as a pilot
become a nurse|be a nurse|train as a nurse
become famous|get famous|be famous|fame
be successful|succeed|become successful|success|achieve success
succeed|be a success|make it
succeed in|be successful in|do well in
fail|be unsuccessful
sue|file a lawsuit|take legal action|file suit|take to court|bring a lawsuit|lawsuit
press charge|file charge|bring charge
get sued|be sued|be take to court|face a lawsuit
go to court|appear in court|court appearance
go to jail|be jail|go to prison|be imprison|get imprison|imprisonment
get arrest|be arrest|arrest|be take into custody
arrest|take into custody|detain
commit a crime|break the law|crime
break the law|violate the law|be against the law
violate|break|breach|infringe
comply with|follow|obey|adhere to|abide by|conform to
comply|be compliant|compliance
follow the rule|obey the rule|abide by rule|stick to the rule
enforce|put into effect|impose
ban|outlaw|prohibit|make illegal
legalize|make legal
appeal|make an appeal|file an appeal|lodge an appeal|submit an appeal
appeal a decision|challenge a decision|contest a decision|dispute a decision
dispute|contest|challenge|appeal
dispute a charge|contest a charge|challenge a charge|file a dispute|open a dispute
contest a ticket|fight a ticket|dispute a ticket|appeal a ticket|challenge a ticket
pay a fine|fine payment|pay the fine
get fine|be fine|fine|receive a fine
testify|give evidence|bear witness|give testimony|testimony
prosecute|put on trial|bring charge against
accuse|charge
convict|find guilty
be find guilty|be convict|conviction
commit fraud|fraud|defraud
get scam|be scam|be defraud|fall for a scam
scam|defraud|swindle|con
steal|take|nick
get rob|be rob|robbery
report a crime|report to the police|tell the police|call the police|file a police report|make a police report
vote|cast a vote|cast a ballot|cast my vote|cast your vote
register to vote|voter registration|sign up to vote
vote for|cast a vote for
elect|vote in|choose by vote
run for office|stand for election|run for election
run for president|be a presidential candidate
protest|demonstrate|hold a protest
govern|rule
insure|get insurance for|take out insurance on|get insurance on
get insurance|take out insurance|buy insurance|purchase insurance|obtain insurance
file an insurance claim|make an insurance claim|submit an insurance claim|insurance claim|claim on insurance|claim insurance
be cover|coverage|be insure|be cover by insurance
cover|include|pay for
get a quote|request a quote|quote|obtain a quote|ask for a quote|receive a quote
switch bank|change bank|move bank|change my bank|change your bank|switch my bank|switch your bank
build credit|build up credit|establish credit|build credit history
improve my credit score|improve your credit score|raise my credit score|raise your credit score|increase my credit score|increase your credit score|boost my credit score|boost your credit score
run out|be used up|run out of
run out of|use up|exhaust
use up|exhaust|consume|finish
run out of money|go break
`;

/** Computers, phones, programming, cars, travel, the world, general verbs. */
const DEVICES_AND_TRAVEL = `
log in|login|sign in|signin|log on|log into|sign into|sign on
log into|login to|sign into|access
log out|logout|sign out|signout|log off
get into my account|get into the account|access my account|access the account|login to my account|login to the account|sign into my account|sign into the account
get access to|access|gain access to|gain access|get access
give access|grant access|provide access|allow access|give access to|grant access to
grant|give
revoke|take away|withdraw|rescind
grant permission|give permission|permission
reset my password|reset the password|reset a password|password reset|change my password|change the password
recover my password|recover the password|retrieve my password|retrieve the password|password recovery|get back my password|get back the password
recover my account|recover the account|get my account back|get the account back|account recovery|regain access to account
get lock out|lock out|be lock out
hack|break into|hack into
get hack|be hack|hack
download|obtain
download|save
install|put on|set up
install|installation|get install|do an installation
uninstall|remove|delete|get rid of
reinstall|install again|re install
update|upgrade|bring up to date
update|get the latest version|install the update|install the latest version
share|send|pass on
pass on|share|forward|hand on
forward|send on|pass on|redirect
redirect|forward|reroute
upload|put up|post
post|share|upload|publish
publish|put out|bring out
embed|insert|put
link to|connect to|connect with
pair|connect|pair up|link
sync|synchronize|keep in sync|synchronization
back up|backup|make a backup of|save a copy of
back up|save|backup
restore|bring back|get back|recover
recover delete|restore delete|retrieve delete|undelete
go back|return|come back|get back
go back to|return to|come back to|revert to
come back|return|reappear
scan|do a scan|run a scan
print out|print|get a printout
print double side|print on both side|duplex print|double side print
zoom in|magnify|enlarge
scroll|scroll through
click|click on|press|tap
tap|press|click|touch
press|push|hit
select|highlight|mark
highlight|mark|emphasize
drag|pull|move
type|enter|key in|type in|input
enter|input|type|put in|type in
charge my phone|charge the phone|recharge my phone|recharge the phone|phone charge
charge|recharge|charge up
drain my battery|drain the battery|use up my battery|use up the battery|battery drain
mute|silence|turn off the sound
unmute|turn on the sound
turn down|lower|reduce
turn up|raise|increase
block|ban|bar
unblock|lift a block|remove a block
filter|filter out|screen out
hide|make invisible
unhide|show|make visible
show|display|make visible
display|show|present
pop up|appear|show up|come up
go away|disappear|vanish|leave
disappear|vanish|go miss|go away
go miss|get lose|disappear|be miss
get lose|lose my way|lose your way
crash|stop respond|freeze|hang
crash|keep crash|crash constantly
freeze|lock up|hang|stop respond|freeze up
glitch|malfunction
overheat|get hot|get too hot|become hot|run hot
load|open|come up
lag|be slow|run slow|run slowly
run slow|be slow|slow|run slowly
work|function|operate
work|run|be work
stop work|break|quit work|cease to function
get to work|make work|get work
get start|start|begin|get going
get start with|start|begin with|start with|start using
start|initiate|set in motion
initiate|start|begin|launch
open|open up|launch|start
close|shut|close out
close|exit|quit
use|make use of|utilize|take advantage of|employ
use|apply|utilize
take advantage of|make use of|benefit from|use
exploit|take advantage of
benefit from|gain from|profit from|take advantage of
misuse|abuse|use wrongly
reuse|use again|re use
test|check|try
troubleshoot|diagnose|debug|fix
debug|find bug in|troubleshoot|fix
diagnose|identify|find out
fix|resolve|get rid of|solve
fix|correct|remedy|rectify
solve|resolve|find a solution|find the solution|find a solution to
solve|crack|work out
resolve|settle|sort out
handle|deal with|manage|take care of
deal with|handle|tackle|address|manage
tackle|deal with|approach|address
go about|approach
cope|cope with|deal|deal with
face|encounter|come across|run into
come across|encounter|run into|stumble upon|find
encounter|meet|run into|face
get an error|receive an error|error|error message|get an error message|see an error
throw an exception|raise an exception|exception|throw an error|raise an error
catch an exception|handle an exception|exception handle|catch an error|handle an error|error handle
declare|define|create
instantiate|create an instance of|create an object
initialize|set up|set initial value
assign|set|give
call|invoke|execute
invoke|call|trigger
return|give back|output
output|print|display
loop over|loop through|iterate over|iterate through|go through|traverse|walk through|step through
iterate|loop|iteration|do a loop
traverse|walk|go through
write a loop|create a loop|loop
write code|code|program|do program|do code
code|program|write a program
learn to code|learn program|learn code|learn to program|learn how to code|learn how to program
write a function|create a function|define a function|make a function|declare a function|function
create a variable|declare a variable|define a variable|variable
create an array|make an array|declare an array|initialize an array
create a table|make a table|table|build a table|insert a table|add a table
create a database|make a database|set up a database|build a database
create a file|make a file|make a new file|create a new file
create a folder|make a folder|create a directory|make a directory|make a new folder|create a new folder
delete a file|remove a file|erase a file|delete file|remove file
delete a folder|remove a folder|delete a directory|remove a directory
copy a file|duplicate a file|file copy
rename|change the name|name change
create a branch|make a branch|make a new branch|create a new branch|branch
delete a branch|remove a branch
clone|copy|make a clone|make a copy
commit|make a commit
roll back|rollback|revert|undo|go back to
deploy|deployment|roll out|release
host|run
compile|build
refactor|restructure|rewrite
parse|read|process
serialize|convert to string
extract|pull out|take out
extract|obtain|pull
fetch|load
query|run a query|make a query|query for
look up|query|retrieve
filter|select|filter by
sort|order|arrange
sort|rank|put in order
group|group together|cluster
classify|categorize|sort into category|put into category
rank|rate|order
append|add to the end|add
prepend|add to the begin|insert at the begin
concatenate|combine|join together|string together|merge
split|split up|break up|separate
remove duplicate|delete duplicate|deduplicate|eliminate duplicate|get rid of duplicate|drop duplicate
find duplicate|check for duplicate|detect duplicate|identify duplicate
check if|determine if|see if|test if|find out if|tell if
check whether|determine whether|see whether|test whether|find out whether|tell whether
make an api call|call an api|api call|make an api request|make a api request
make a request|send a request|request|issue a request
authenticate|authentication|verify identity|prove identity
validate|check|verify|validation
encrypt|make encrypt|encryption
secure|make secure|protect|safeguard
secure|make safe|keep safe|keep secure
protect|keep safe|defend|shield
protect|safeguard|secure|guard
protect against|guard against|defend against|prevent
defend|protect|guard
prevent|avoid|stop from happen|keep from happen|avert
prevent|keep from|stop|ward off
avoid|prevent|keep from|steer clear of
avoid|stay away from|keep away from|steer clear of
avoid|get around|get out of|bypass
bypass|get around|circumvent|work around
get past|get through|pass
get rid of|block|stop
automate|make automatic|do automatically
connect to wifi|join a wifi network|connect to the internet|get on wifi|wifi connection
connect to the internet|get online|go online|access the internet|get on the internet|internet access
go online|get on the internet|use the internet
surf the web|browse the internet|browse the web|surf the internet|browse
browse|look through|surf
look through|browse|go through
stream|watch online
build a website|create a website|make a website|design a website|develop a website|set up a website
create an app|build an app|make an app|develop an app|app development|write an app|develop an application
start a blog|create a blog|make a blog|set up a blog|begin a blog|launch a blog
make a video|create a video|produce a video|shoot a video
go viral|become viral|get viral
follow|subscribe to
unfollow|stop follow
unfriend|remove as a friend|remove from friend
like|give a like
comment|leave a comment|post a comment|write a comment|make a comment|add a comment
add a friend|send a friend request|friend request
get follower|gain follower|get more follower|increase follower|grow follower|increase my follower|increase your follower
get view|gain view|get more view|increase view
change my profile picture|change your profile picture|change the profile picture|update my profile picture|update your profile picture|update the profile picture
change my address|change your address|update my address|update your address|address change|change of address|modify my address|modify your address
change my email|change your email|update my email|update your email|change my email address|change your email address|update my email address|update your email address
change my phone number|change your phone number|update my phone number|update your phone number|change my number|change your number|update my number|update your number
update my payment method|update your payment method|change my payment method|change your payment method|change my payment detail|change your payment detail|update my payment detail|update your payment detail
update my card|update your card|change my card|change your card|change my credit card|change your credit card|update my credit card|update your credit card
turn on notification|enable notification|activate notification|switch on notification
turn off notification|disable notification|stop notification|switch off notification|deactivate notification
take a flight|fly|flight|catch a flight|board a flight|travel by plane|go by plane
book a flight|reserve a flight|flight book|buy a plane ticket|book a plane ticket|purchase a flight
book a hotel|reserve a hotel|hotel book|book a hotel room|reserve a hotel room|hotel reservation
cancel my flight|cancel a flight|flight cancellation
miss my flight|miss a flight|miss my plane|miss the plane
change my flight|change a flight|flight change|rebook my flight|rebook a flight|switch flight
check in|do check in|check in online
check in online|online check in|do online check in
check out|checkout|leave the hotel
go through custom|clear custom|pass through custom
go through security|clear security|pass through security|get through security
board|get on|embark|get on board
get on|board|get onto|step on
get off|disembark|alight|step off
take the bus|go by bus|catch the bus|ride the bus|take a bus|catch a bus|travel by bus
take the train|go by train|catch the train|take a train|travel by train|catch a train
take a taxi|get a taxi|go by taxi|catch a taxi|take a cab|hail a taxi|get a cab|call a taxi
go by car|drive|travel by car|take the car|take a car
go on foot|walk|go by foot
drive|go for a drive|take a drive
drive drink|drink and drive|drink drive|drive under the influence|dui
learn to drive|learn drive|learn how to drive|take drive lesson
park|park my car|park your car|park a car|find park
get to|reach|arrive at|go to|travel to
get to|travel to|make it to
get from|travel from|go from
get there|arrive|reach it|go there
go to|visit|travel to|head to
go around|get around|travel around|move around
get around|move around|travel around|transport
set off|leave|depart|set out|head out
leave|depart|go away|head off
depart|take off|leave|set off
take off|lift off|leave the ground
arrive|land|touch down|get in
stop at|call at|make a stop at
stop over|lay over|have a layover|layover
pass through|go through|transit
cross|go across|get across|go over
go past|pass|pass by
turn around|turn back|go back
fill up|get gas|refuel|get petrol|put gas in
refuel|fill up the tank|fill the tank
change a tire|replace a tire|change the tire|change a flat tire|fix a flat tire
change my oil|change your oil|change the oil|oil change|do an oil change|get an oil change
jump start|jump a car|boost a battery
start my car|start the car|start a car|get my car start|get the car start
tow|haul|get tow
get tow|be tow|tow
crash|have an accident|get into an accident|be in an accident|accident|have a crash
crash|collide|smash
hit|strike|run into
brake|apply the brake|hit the brake|put on the brake
speed|drive too fast|go over speed limit
pull over|stop
give way|yield
overtake|pass
break down|fail|die
happen|occur|come about|take place|go on
happen to|become of
take place|be hold|occur|happen
be hold|take place|hold
exist|be there|be real
be real|exist|be true
remain|stay|be left
be left|remain|be left over
seem|appear|look
look like|resemble|appear like|be similar to
resemble|look like|be like|look similar to
look good|look attractive|look great|look nice
smell|have a smell|have an odor|give off a smell
taste|have a taste|have the flavor
sound|make a sound|sound like
make a sound|make noise|make a noise|be noisy
touch|feel|make contact
see|look at|view
look at|view|watch
look at|examine|check
stare at|gaze at|look at
hear|listen to
belong to|be own by|be part of
be part of|belong to|be a member of
possess|contain
contain|include|have in it|hold
hold|contain|have space for
be miss|lack|miss
need|have need of|be in need of
take|need|require|involve
involve|include|entail|require
have to|need to|be require to|be oblige to
be allow to|be permit to|have permission to|be able to
be able to|have the ability to|be capable of|manage to
want|wish|desire|would like
want to|wish to|would like to
feel like|want to
try|attempt|make an attempt|have a go|give it a try
try to|attempt to|make an effort to|aim to
make an effort|try|put in effort|effort
aim|strive|aim for
work toward|strive for|aim for
set a goal|set goal|goal set|goal
reach a goal|achieve a goal|accomplish a goal|meet a goal|attain a goal|reach my goal|reach your goal|achieve my goal|achieve your goal
wait|hang on|hold on
wait for|await|hold out for
wait in line|queue|stand in line|queue up|line up
hurry|hurry up|rush|be quick
be late|arrive late|run late|come late
be on time|arrive on time|come on time|be punctual
depend on|rely on|be dependent on|count on
depend on|hinge on|be determine by|vary with
vary|differ|be different
differ|be different|differ from|be different from
differ from|be different from|be unlike
match|correspond to|go with
go with|match|go well with|pair with|go together with|suit
fit|suit|be suitable for
be suitable for|suit|be right for|be good for
be good for|benefit|be beneficial for|be healthy for
be bad for|harm|be harmful to|be unhealthy for|hurt
be the same as|equal|be equal to|be equivalent to|be identical to
equal|be equal to|amount to
correspond to|match|be equivalent to
represent|stand for|symbolize|mean
symbolize|represent|be a symbol of|stand for
stand for|mean|be short for|be an abbreviation for|be an abbreviation of
refer to|denote|mean
be call|be name|be know as|go by
be know for|be famous for|be renown for
be famous for|be know for|fame
be locate|be situate|be find|lie
be locate in|be situate in|be find in|lie in
live in|reside in|inhabit|dwell in|be a resident of
live|reside|dwell
live with|share a home with
live on|survive on|subsist on
survive|stay alive|live through
stay alive|survive|live
die|pass away|perish|lose my life|lose your life
die from|die of|be kill by
kill|murder|slay|put to death
kill myself|kill yourself|commit suicide|suicide|end my life|end your life|take my own life|take your own life
be bear|come into the world|birth
discover|find|come across
invent|come up with|devise|create
win a war|war win
invade|attack|march into
attack|launch an attack on|assault
surrender|give in|give up
conquer|take over|defeat
take over|assume control of|take control of
take control|take over|gain control
gain independence|become independent|win independence|independence|get independence
sign into law|enact
pass a law|enact a law|make a law|enact
rule|reign|reign over
form|be form|come into being|formation
form|create|make up
evolve|develop|evolution
evolve from|descend from|develop from
reproduce|breed|procreate|have offspring
lay egg|egg lay
hibernate|go into hibernation|hibernation
erupt|explode
explode|blow up|detonate
blow up|inflate|pump up|fill with air
deflate|let air out|let the air out
orbit|go around|revolve around|circle
rotate|spin|turn|revolve
spin|rotate|whirl
flow|run|stream
float|stay afloat
sink|go under
melt|liquefy|become liquid
evaporate|turn into vapor|vaporize
dissolve|break down in
rust|corrode|get rusty|become rusty
decompose|rot|decay|break down
rot|decay|go rotten
burn|catch fire|be on fire
catch fire|ignite|burst into flame|go up in flame
set fire to|set on fire|ignite|light
blow out|put out|extinguish
light|ignite|kindle
shine|glow|give off light
emit|give off|release|send out
absorb|soak up|take in
reflect|bounce off
bend|curve|flex
shake|tremble|quake
vibrate|shake
move|shift|budge
move|get move|be in motion
lean|tilt|tip
fall|fall down|fall over|tumble
fall off|come off|drop off
come off|fall off|detach
come loose|become loose|loosen
leak|leak out|have a leak
burst|rupture|pop
crack|split
squeak|make a squeak noise|creak
stop|cease|quit|discontinue
stop from|keep from|prevent from
stop|come to a stop|halt|come to a halt
interrupt|cut off|disrupt
put on hold|suspend|pause|hold
suspend|put on hold|halt temporarily
last|go on for|take|continue for
last|endure|hold up
last longer|extend the life of|make last longer
spend|devote|dedicate
deserve|be worthy of|merit
insist|be adamant|insist on
serve|act as|function as
act as|serve as|function as|play the role of
play a role in|be involve in|contribute to|play a part in
play a role|play a part|role
act|behave|conduct oneself
behave|act|conduct myself|conduct yourself
treat|behave toward|act toward
respect|show respect|have respect for|show respect for
follow|come after
follow|obey|stick to
stick to|adhere to|keep to|follow
replace|take the place of|substitute for
go wrong|fail|have problem
go well|be successful|go smoothly
be wrong with|be the matter with|be up with
look forward to|anticipate|be excite about
catch up|catch up on|get up to speed
`;

/**
 * Verbs and verb phrases: particle verbs ("look up", "find"), a verb with the noun that says the same ("make a decision",
 * "decide"), and whole phrases ("get my money back", "refund"). One group a line; every word is written as its lemma.
 */
export const ACTIONS = [MAKE_AND_CHANGE, THINK_AND_TALK, DAILY_LIFE, MONEY_AND_WORK, DEVICES_AND_TRAVEL]
  .map((lines) => lines.trim())
  .join("\n");
