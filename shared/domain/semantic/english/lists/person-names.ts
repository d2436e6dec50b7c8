/** Names of people that are common in questions. In lower case they are not corrected ("brian" to "brain"). */
export const PERSON_NAMES: ReadonlySet<string> = new Set(
  (
    "james john robert michael david william richard joseph thomas charles christopher daniel matthew anthony donald steven stephen andrew kenneth joshua " +
    "kevin brian bryan edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan larry justin scott brandon benjamin samuel " +
    "gregory alexander patrick frank raymond jack dennis jerry tyler aaron jose henry adam douglas nathan peter zachary kyle walter harold " +
    "jeremy ethan carl keith roger gerald christian terry sean arthur austin noah lawrence jesse joe billy jordan albert dylan bruce " +
    "willie gabriel alan juan logan wayne ralph roy eugene randy vincent russell louis philip bobby johnny bradley martin marvin leonard " +
    "stanley norman craig ernest alfred oscar oliver liam elijah lucas mason theodore leo julian hudson ezra miles silas simon colin " +
    "graham nigel trevor stuart neil ian duncan hamish callum connor rory declan hugo felix max otto emil klaus hans jurgen " +
    "pierre marcel andre marco mario luigi diego carlos miguel pedro pablo luis fernando rafael javier ahmed mohamed mohammed omar ali " +
    "hassan ibrahim raj rahul amit sanjay vijay anil sunil kumar arjun rohan priya anjali neha pooja kavita meera wei ming " +
    "hiroshi kenji yuki takeshi mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley " +
    "kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen angela shirley emma brenda " +
    "pamela nicole anna samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth " +
    "virginia lauren kelly christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann kathryn " +
    "abigail sophia sofia frances jean alice judy isabella julia grace amber denise danielle marilyn beverly charlotte natalie theresa diana brittany " +
    "doris kayla alexis lori marie leila layla chloe zoe ella ava mia lily freya ingrid astrid elsa heidi greta sofie " +
    "claire camille elise margot lucia carmen elena ines paula clara bella georgina fiona moira siobhan niamh aoife hillary brianna jenna " +
    "tanya tina gina monica erica erika becky jenny katie kate katy lucy molly polly sally tara tracy wendy yvonne ivan " +
    "boris igor olga natasha svetlana dmitri hanover windsor wilson harrison jackson johnson williams anderson thompson robinson clinton obama biden trump " +
    "reagan nixon kennedy lincoln roosevelt churchill thatcher merkel macron putin "
  )
    .trim()
    .split(" "),
);
