/** The Korean texts of the list of repositories. */
export default { 'repositories/list': { title: '저장소', none: '이 레지스트리에는 저장소가 없습니다.' } }
